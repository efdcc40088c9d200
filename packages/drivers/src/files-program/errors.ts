import { action, containerAction, defineErrors, remedy } from '@capsule/core';

interface Place {
  readonly container: string;
  readonly path: string;
}

const at = ({ container, path }: Place) => `${container}:${path}`;

export const filesError = defineErrors('FILES', {
  MISSING: {
    kind: 'notFound',
    message: (f: Place) => `${at(f)} does not exist`,
    hint: 'check the path: it must be absolute, and its links are followed inside of the workload',
  },
  NOT_A_FOLDER: { kind: 'invalid', message: (f: Place) => `${at(f)} is not a folder` },
  A_FOLDER: {
    kind: 'invalid',
    message: (f: Place) => `${at(f)} is a folder, which cp does not replace`,
    hint: 'remove the folder, or copy to another path',
  },
  READ_ONLY: {
    kind: 'precondition',
    message: (f: Place) => `${at(f)} is read-only`,
    hint: 'copy to a writable path; `readOnly` of a mount and `readOnlyRootFilesystem` make paths read-only',
  },
  FULL: {
    kind: 'exhausted',
    message: (f: Place) => `no space is left for ${at(f)}`,
    hint: remedy`delete files there, or make a full volume larger with ${action('volume.resize')}; then copy again`,
  },
  DENIED: { kind: 'precondition', message: (f: Place) => `the kernel refuses access to ${at(f)}` },
  LOOP: { kind: 'invalid', message: (f: Place) => `the symbolic links at ${at(f)} form a loop` },
  REFUSED: {
    kind: 'invalid',
    message: (f: Place & { reason: string }) => `cp refuses ${f.path}: ${f.reason}`,
    hint: 'keep all paths of the archive below the target; cp does not replace a device, named pipe or socket',
  },
  DAMAGED: {
    kind: 'invalid',
    message: (f: Place & { reason: string }) => `the archive for ${at(f)} is damaged: ${f.reason}`,
  },
  UNMOUNTED: {
    kind: 'precondition',
    message: (f: Place) => `${at(f)} is in a mount, and ${f.container} is not running`,
    why: 'the mount exists only while the workload runs; without it, this path is a folder of the image',
    hint: (f) => remedy`start it with ${containerAction('start', f.container)}, then copy again`,
  },
  GONE: {
    kind: 'unavailable',
    message: (f: Place) => `${f.container} started or ended during the copy`,
    hint: 'copy again',
  },
  FAILED: {
    kind: 'internal',
    message: (f: Place & { reason: string }) => `${at(f)} could not be copied: ${f.reason}`,
  },
});
