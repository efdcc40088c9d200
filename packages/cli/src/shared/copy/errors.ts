import { action, defineErrors, remedy } from '@capsule/core';

export const copyError = defineErrors('COPY', {
  SOURCE_MISSING: {
    kind: 'notFound',
    message: (f: { path: string }) => `${f.path} does not exist`,
    hint: 'check the path',
  },
  SOURCE_NOT_A_FOLDER: {
    kind: 'invalid',
    message: (f: { path: string }) => `${f.path} is not a folder`,
    why: 'a path that ends in / or /. means a folder, as with cp and docker cp',
    hint: 'to copy the file, leave out the / at the end',
  },
  TARGET_MISSING: {
    kind: 'notFound',
    message: (f: { path: string }) => `the folder ${f.path} does not exist`,
    hint: 'make the folder first, or copy to a folder that exists',
  },
  TARGET_SPECIAL: {
    kind: 'invalid',
    message: (f: { path: string }) => `${f.path} is a device, a FIFO or a socket`,
    why: (f) =>
      `cp would replace ${f.path} by a file, and the programs that open that path would get the file`,
    hint: remedy`name another target; ${action('workload.exec', { name: 'NAME', command: '-- cat FILE' })} writes to any output`,
  },
  SOURCE_SPECIAL: {
    kind: 'invalid',
    message: (f: { path: string }) => `${f.path} is a device, a FIFO or a socket`,
    why: 'only --archive copies devices and FIFOs, as such; sockets are never copied',
    hint: 'name a file or a folder, or use --archive',
  },
  LINK_UNUSABLE: {
    kind: 'invalid',
    message: (f: { path: string; reason: string }) =>
      `the link ${f.path} cannot be followed: ${f.reason}`,
    hint: 'name the file itself instead of the link',
  },
  CHANGED: {
    kind: 'conflict',
    message: (f: { path: string }) => `${f.path} was replaced while it was read`,
    hint: 'copy again',
  },
  ENDLESS: {
    kind: 'invalid',
    message: (f: { path: string }) => `${f.path} has no size and does not end`,
    why: 'cp reads a file of /proc or /sys to its end, up to 64 MiB',
    hint: 'leave this file out of the copy',
  },
  SPECIAL_FAILED: {
    kind: 'invalid',
    message: (f: { path: string; reason: string }) => `${f.path} cannot be created: ${f.reason}`,
    why: 'cp creates devices and FIFOs with mknod, and only root can create devices',
    hint: 'copy without --archive, or as root',
  },
  NOT_A_FOLDER: {
    kind: 'invalid',
    message: (f: { path: string }) => `${f.path} is not a folder`,
    hint: 'name a folder as target: the source is a folder or an archive, or the target ends in /',
  },
  NAME_REFUSED: {
    kind: 'invalid',
    message: (f: { name: string }) =>
      `the archive contains ${JSON.stringify(f.name)}, a path outside of the target`,
    why: 'an archive from a workload must not write to other folders of this machine',
  },
  LINK_REFUSED: {
    kind: 'invalid',
    message: (f: { name: string; target: string }) =>
      `the archive links ${JSON.stringify(f.name)} to ${JSON.stringify(f.target)}, which it does not contain`,
  },
  IN_THE_WAY: {
    kind: 'invalid',
    message: (f: { path: string }) => `${f.path} exists and cannot be replaced`,
    why: 'cp does not replace a folder, device, FIFO or socket here, and does not follow a link',
    hint: 'move it away, or copy to another path',
  },
  ARCHIVE_DAMAGED: {
    kind: 'internal',
    message: (f: { reason: string }) =>
      `the received archive is incomplete or damaged: ${f.reason}`,
    hint: 'copy again; cp keeps the files that it has written',
  },
});
