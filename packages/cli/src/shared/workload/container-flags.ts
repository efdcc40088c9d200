import type { Flag } from '../../program/manual.ts';
import { FOLLOW, TAIL } from '../stream/stream-flags.ts';

/** Of a command that runs in a container. */
export const EXEC_FLAGS: readonly Flag[] = [
  { flags: '-i, --interactive', summary: 'pass standard input to the command' },
  { flags: '-t, --tty', summary: 'connect the command to this terminal; includes -i' },
  {
    flags: '-e, --env <name=value>',
    summary: 'set a variable; NAME alone copies the variable of this shell, if it is set',
    isRepeatable: true,
  },
  {
    flags: '-w, --workdir <dir>',
    summary: 'working directory of the command: an absolute path',
  },
  {
    flags: '-u, --user <user>',
    summary: 'user of the command: NAME or UID, optionally with :GROUP',
  },
];

/** Of commands that print the output of a container. */
export const LOG_FLAGS: readonly Flag[] = [
  FOLLOW,
  TAIL,
  { flags: '--since <when>', summary: 'print only newer lines: 10m, 2026-01-31T09:00:00Z' },
  { flags: '--timestamps', summary: 'put the time in front of each line' },
];
