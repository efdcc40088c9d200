import type { Argument, Command } from '../command/command.ts';
import { OUTPUT_FLAG } from '../render/format.ts';
import { WATCH_FLAG } from '../render/watch-flag.ts';

const VOLUME: Argument = { name: 'volume', summary: 'name of the volume' };

/** What can be done with volumes. */
export const VOLUME_COMMANDS: readonly Command[] = [
  {
    path: ['volume', 'list'],
    summary: 'show all volumes',
    about: 'Also orphaned ones: storage that no record speaks of, with what can be done about it.',
    args: [],
    flags: [WATCH_FLAG, OUTPUT_FLAG],
    examples: [{ line: 'capsulectl volume list -o wide', about: 'with where they are mounted' }],
    load: () => import('./volume-list.ts'),
  },
  {
    path: ['volume', 'get'],
    summary: 'show everything about a volume',
    args: [VOLUME],
    flags: [OUTPUT_FLAG],
    examples: [
      { line: 'capsulectl volume get data', about: 'size, use, and who mounts it' },
      { line: 'capsulectl volume get data -o yaml', about: 'as a manifest' },
    ],
    load: () => import('./volume-get.ts'),
  },
  {
    path: ['volume', 'create'],
    summary: 'make a volume',
    about:
      'Storage that outlives the workloads that mount it. Nothing is taken of the disk before it is ' +
      'written. The same again is a success; `apply` with kind: Volume does the same from a file.',
    args: [VOLUME],
    flags: [{ flags: '--size <size>', summary: 'the most that it holds (default 512MiB)' }],
    examples: [{ line: 'capsulectl volume create --size 10GiB data', about: 'ten gibibytes' }],
    load: () => import('./volume-create.ts'),
  },
  {
    path: ['volume', 'resize'],
    summary: 'make a volume larger',
    about: 'It never shrinks. Where the capsule cannot grow a mounted one, it grows when released.',
    args: [VOLUME, { name: 'size', summary: 'what it is to hold: 20GiB' }],
    flags: [],
    examples: [{ line: 'capsulectl volume resize data 20GiB', about: 'keeps what is in it' }],
    load: () => import('./volume-resize.ts'),
  },
  {
    path: ['volume', 'delete'],
    summary: 'remove volumes and what they hold',
    about: 'One that a workload mounts or names is refused.',
    args: [{ ...VOLUME, isRepeatable: true }],
    flags: [
      {
        flags: '--force',
        summary: 'stop the workload that mounts it first; also remove an orphaned one',
      },
    ],
    examples: [
      { line: 'capsulectl volume delete data', about: 'nobody uses it any more' },
      { line: 'capsulectl volume delete --force data', about: 'stops who uses it' },
    ],
    load: () => import('./volume-delete.ts'),
  },
  {
    path: ['volume', 'adopt'],
    summary: 'keep an orphaned volume',
    about: 'What it holds stays, and it can be mounted again.',
    args: [VOLUME],
    flags: [],
    examples: [{ line: 'capsulectl volume adopt data', about: '`volume list` shows which are' }],
    load: () => import('./volume-adopt.ts'),
  },
];
