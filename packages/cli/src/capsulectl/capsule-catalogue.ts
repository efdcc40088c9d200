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
    path: ['capsule', 'debug'],
    aliases: [['debug'], ['debug-shell']],
    summary: 'run a shell or a command with all rights on the capsule itself',
    about:
      'Without --image, the command has the programs, files, processes and network of the capsule: kuke, ctr and sudo act on ' +
      'it. This needs no network, no container runtime and no space on the disk. With --image, a container of that ' +
      'image has them in /host: chroot /host kuke get cells. When the command ends, or capsulectl does, ' +
      'the capsule ends everything that the command started, removes its mounts, and deletes the container. The audit log ' +
      'records each session. An operator needs the role admin and the right of host access.',
    args: [
      {
        name: 'command',
        summary: 'program and arguments; /bin/sh if absent',
        isOptional: true,
        isRepeatable: true,
        isOfOther: true,
      },
    ],
    flags: [
      { flags: '-i, --image <image>', summary: 'run the command in a container of this image' },
      { flags: '--keep', summary: 'keep the container of --image as a workload' },
      {
        flags: '-e, --env <name=value>',
        summary: 'set a variable; NAME alone copies the variable of this shell, if it is set',
        isRepeatable: true,
      },
    ],
    examples: [
      { line: 'capsulectl capsule debug', about: 'a shell' },
      {
        line: 'capsulectl capsule debug -- sudo ctr -n kukeon-main containers ls',
        about: 'one command',
      },
    ],
    load: () => import('../shared/debug/debug.ts'),
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
