import { action, containerAction, defineErrors, remedy } from '@capsule/core';

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
    why: 'the user is neither a number nor a name in its /etc/passwd or /etc/group',
    hint: 'set `user` in the manifest to a name that the image has, or to a number',
  },
  GROUP_UNKNOWN: {
    kind: 'invalid',
    message: (f: { group: string; place: string }) =>
      `group ${JSON.stringify(f.group)} is unknown in ${f.place}`,
    why: 'the group is neither a number nor a name in its /etc/group',
    hint: 'set `groupAdd` in the manifest to groups that the image has, or to numbers',
  },
  PAUSED: {
    kind: 'precondition',
    message: (f: Container) => `${f.container} is paused, and answers nothing until it resumes`,
    why: 'an operator paused it, or the pool of its volumes is full: then capsuled resumes it when the pool has room',
    hint: (f) =>
      remedy`${containerAction('get', f.container)} shows the reason, and ${action('volume.usage')} the space of the pool`,
  },
  WORKING_DIR_UNUSABLE: {
    kind: 'invalid',
    message: (f: Container & { folder: string; reason: string }) =>
      `container ${f.container} cannot work in ${f.folder}: ${f.reason}`,
    hint: 'set `workingDir` to a folder that exists and that the user can enter',
  },
  COMMAND_NOT_FOUND: {
    kind: 'invalid',
    message: (f: Container & { command: string }) =>
      `container ${f.container} cannot run ${f.command}: the image has no such program`,
    hint: 'check `command` in the manifest against the contents of the image',
  },
  COMMAND_NOT_EXECUTABLE: {
    kind: 'invalid',
    message: (f: Container & { command: string }) =>
      `container ${f.container} cannot run ${f.command}: the kernel refuses to execute it`,
    hint: 'give the file execute permission, or use an image for this processor',
  },
});
