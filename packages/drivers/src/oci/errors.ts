import { defineErrors } from '@capsule/core';

interface Container {
  readonly container: string;
}

/** Errors of the program to run, shared by all drivers. */
export const programError = defineErrors('RUNTIME', {
  NO_COMMAND: {
    kind: 'invalid',
    message: (f: Container) => `container ${f.container} has no command`,
    why: 'neither the image nor the manifest names a program',
    hint: 'set `command` in the manifest',
  },
  USER_UNKNOWN: {
    kind: 'invalid',
    message: (f: { user: string; place: string }) =>
      `user ${JSON.stringify(f.user)} is unknown in ${f.place}`,
    why: 'it is neither a number nor a name in /etc/passwd or /etc/group there',
    hint: 'set `user` in the manifest to a name that the image has, or to a number',
  },
  WORKING_DIR_UNUSABLE: {
    kind: 'invalid',
    message: (f: Container & { folder: string; reason: string }) =>
      `container ${f.container} cannot work in ${f.folder}: ${f.reason}`,
    hint: 'name a folder that is there, and that its user may enter',
  },
  COMMAND_NOT_FOUND: {
    kind: 'invalid',
    message: (f: Container & { command: string }) =>
      `container ${f.container} cannot run ${f.command}: there is no such program in the image`,
    hint: 'check `command` in the manifest against the contents of the image',
  },
  COMMAND_NOT_EXECUTABLE: {
    kind: 'invalid',
    message: (f: Container & { command: string }) =>
      `container ${f.container} cannot run ${f.command}: it may not be executed`,
    hint: 'it may lack execute permission, or be built for another processor',
  },
});
