import { action, defineErrors, remedy } from '@capsule/core';

export const copyError = defineErrors('COPY', {
  SOURCE_MISSING: {
    kind: 'notFound',
    message: (f: { path: string }) => `there is nothing at ${f.path}`,
    hint: 'check the path',
  },
  TARGET_MISSING: {
    kind: 'notFound',
    message: (f: { path: string }) => `the folder ${f.path} does not exist`,
    hint: 'make it first, or copy to an existing one',
  },
  TARGET_SPECIAL: {
    kind: 'invalid',
    message: (f: { path: string }) => `${f.path} is a device, a FIFO or a socket`,
    why: 'cp replaces files, and the programs that use it would lose it',
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
    hint: 'name the file that is meant',
  },
  CHANGED: {
    kind: 'conflict',
    message: (f: { path: string }) => `${f.path} was replaced while it was read`,
    hint: 'copy again',
  },
  ENDLESS: {
    kind: 'invalid',
    message: (f: { path: string }) => `${f.path} has no size, and does not end`,
    why: 'a file of /proc or /sys is read to its end, up to 64 MiB',
    hint: 'leave it out',
  },
  SPECIAL_FAILED: {
    kind: 'invalid',
    message: (f: { path: string; reason: string }) => `${f.path} cannot be made: ${f.reason}`,
    why: 'devices and FIFOs are made by the program mknod; devices take root',
    hint: 'copy without --archive, or as root',
  },
  NOT_A_FOLDER: {
    kind: 'invalid',
    message: (f: { path: string }) => `${f.path} is not a folder`,
    hint: 'a path that ends in / and a folder as source need one',
  },
  NAME_REFUSED: {
    kind: 'invalid',
    message: (f: { name: string }) =>
      `the archive holds ${JSON.stringify(f.name)}, which leads elsewhere`,
    why: 'an archive from a workload must not choose where it is written',
  },
  LINK_REFUSED: {
    kind: 'invalid',
    message: (f: { name: string; target: string }) =>
      `the archive links ${JSON.stringify(f.name)} to ${JSON.stringify(f.target)}, which it did not bring`,
  },
  IN_THE_WAY: {
    kind: 'invalid',
    message: (f: { path: string }) => `${f.path} is in the way`,
    why: 'a folder, a device, a FIFO or a socket is not replaced, and links are not followed',
    hint: 'move it, or copy to another place',
  },
  ARCHIVE_DAMAGED: {
    kind: 'internal',
    message: (f: { reason: string }) =>
      `the received archive is incomplete or damaged: ${f.reason}`,
    hint: 'copy again; the files so far stay',
  },
});
