import type { Flag } from './manual.ts';

export const CAPSULE_FLAG: Flag = {
  flags: '--capsule <target>',
  summary: 'which capsule: unix:/path (or CAPSULE_HOST)',
};
export const DEBUG_FLAG: Flag = { flags: '--debug', summary: 'print the causes of errors' };
/** Every command of every program has it. */
export const HELP_FLAG: Flag = { flags: '-h, --help', summary: 'show this help' };
