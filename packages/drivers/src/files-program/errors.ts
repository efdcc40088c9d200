import { action, defineErrors, remedy } from '@capsule/core';

interface Place {
  readonly container: string;
  readonly path: string;
}

const at = ({ container, path }: Place) => `${container}:${path}`;

export const filesError = defineErrors('FILES', {
  MISSING: {
    kind: 'notFound',
    message: (f: Place) => `there is nothing at ${at(f)}`,
    hint: 'check the path; it is absolute, and links are followed inside of the workload',
  },
  NOT_A_FOLDER: { kind: 'invalid', message: (f: Place) => `${at(f)} is not a folder` },
  A_FOLDER: {
    kind: 'invalid',
    message: (f: Place) => `a folder is in the way at ${at(f)}`,
    hint: 'remove it, or copy to another place',
  },
  READ_ONLY: {
    kind: 'precondition',
    message: (f: Place) => `${at(f)} is read-only`,
    hint: 'copy to a path that may be written; readOnly of a mount and readOnlyRootFilesystem forbid it',
  },
  FULL: {
    kind: 'exhausted',
    message: (f: Place) => `no space is left for ${at(f)}`,
    hint: 'make room on the capsule and copy again',
  },
  DENIED: { kind: 'precondition', message: (f: Place) => `the kernel refuses access to ${at(f)}` },
  LOOP: { kind: 'invalid', message: (f: Place) => `links at ${at(f)} lead in a circle` },
  REFUSED: {
    kind: 'invalid',
    message: (f: Place & { reason: string }) => `${f.path} is refused: ${f.reason}`,
    hint: 'names in an archive must stay below the target, and no file takes the place of a device, named pipe or socket',
  },
  DAMAGED: {
    kind: 'invalid',
    message: (f: Place & { reason: string }) => `the archive for ${at(f)} is damaged: ${f.reason}`,
  },
  UNMOUNTED: {
    kind: 'precondition',
    message: (f: Place) => `${at(f)} is in a mount of ${f.container}, which does not run`,
    why: 'the copy would reach the folder of the image instead',
    hint: (f) => remedy`${action('workload.start', { name: f.container })}, and copy again`,
  },
  GONE: {
    kind: 'unavailable',
    message: (f: Place) => `${f.container} was started or ended in the middle of the copy`,
    hint: 'copy again',
  },
  FAILED: {
    kind: 'internal',
    message: (f: Place & { reason: string }) => `${at(f)} could not be copied: ${f.reason}`,
  },
});
