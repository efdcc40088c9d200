import type { Command } from '../program/command.ts';
import { doctorCommands } from '../shared/catalogue/doctor-commands.ts';
import { YES_FLAG } from '../shared/confirm/confirm.ts';
import { ALL_FLAG, loadAcross } from '../shared/fleet/across-capsules.ts';
import { OUTPUT_FLAG } from '../shared/render/format.ts';
import { FOLLOW, TAIL } from '../shared/stream/stream-flags.ts';
import { WATCH_FLAG } from '../shared/stream/watch-flag.ts';

/** `capsulectl capsule …`. */
export const CAPSULE_COMMANDS: readonly Command[] = [
  {
    path: ['capsule', 'info'],
    summary: "show the capsule's identity and health",
    args: [],
    flags: [ALL_FLAG, WATCH_FLAG, OUTPUT_FLAG],
    examples: [{ line: 'capsulectl capsule info -o json', about: 'for a program' }],
    load: loadAcross(() => import('../shared/capsule/info.ts')),
  },
  {
    path: ['capsule', 'logs'],
    summary: "print the capsule's own log",
    args: [],
    flags: [FOLLOW, TAIL],
    examples: [{ line: 'capsulectl capsule logs -f -n 20', about: 'follow' }],
    load: () => import('../shared/capsule/logs.ts'),
  },
  {
    path: ['capsule', 'reboot'],
    summary: 'stop all workloads in order, and reboot the machine',
    args: [],
    flags: [YES_FLAG],
    examples: [{ line: 'capsulectl capsule reboot --yes', about: 'does not ask first' }],
    load: () => import('../shared/power/reboot.ts'),
  },
  {
    path: ['capsule', 'poweroff'],
    summary: 'stop all workloads in order, and switch the machine off',
    args: [],
    flags: [YES_FLAG],
    examples: [{ line: 'capsulectl capsule poweroff --yes', about: 'does not ask first' }],
    load: () => import('../shared/power/poweroff.ts'),
  },
  ...doctorCommands({
    program: 'capsulectl',
    noun: ['capsule'],
    aliasesOf: (verb) => [[verb]],
  }),
];
