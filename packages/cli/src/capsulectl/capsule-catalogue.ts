import type { Command } from '../program/command.ts';
import { doctorCommands } from '../shared/catalogue/doctor-commands.ts';
import { OUTPUT_FLAG } from '../shared/render/format.ts';
import { FOLLOW, TAIL } from '../shared/stream/stream-flags.ts';
import { WATCH_FLAG } from '../shared/stream/watch-flag.ts';

/** `capsulectl capsule …`. */
export const CAPSULE_COMMANDS: readonly Command[] = [
  {
    path: ['capsule', 'info'],
    summary: "show the capsule's identity and health",
    args: [],
    flags: [WATCH_FLAG, OUTPUT_FLAG],
    examples: [{ line: 'capsulectl capsule info -o json', about: 'for a program' }],
    load: () => import('../shared/capsule/info.ts'),
  },
  {
    path: ['capsule', 'logs'],
    summary: "print the capsule's own log",
    args: [],
    flags: [FOLLOW, TAIL],
    examples: [{ line: 'capsulectl capsule logs -f -n 20', about: 'follow' }],
    load: () => import('../shared/capsule/logs.ts'),
  },
  ...doctorCommands({
    program: 'capsulectl',
    noun: ['capsule'],
    aliasesOf: (verb) => [[verb]],
  }),
];
