import type { Flag } from './manual.ts';

export const CAPSULE_FLAG: Flag = {
  flags: '--capsule <target>',
  summary: 'a context, host:port or unix:/path (or CAPSULE_HOST)',
  completes: 'capsule',
};
/** Of a program for its own machine. */
export const LOCAL_CAPSULE_FLAG: Flag = {
  ...CAPSULE_FLAG,
  summary: 'the capsule to use: unix:/path (or CAPSULE_HOST)',
};
export const DEBUG_FLAG: Flag = {
  flags: '--debug',
  summary: 'print the causes of errors and the phases of calls',
};
/** Of the program alone. */
export const VERSION_FLAG: Flag = {
  flags: '-v, --version',
  summary: 'show the version of this program',
};
/** Every command of every program has it. */
export const HELP_FLAG: Flag = { flags: '-h, --help', summary: 'show this help' };
