import type { Command } from '../program/command.ts';
import type { Argument } from '../program/manual.ts';
import { LIST_FLAGS, OUTPUT_FLAG } from '../shared/render/format.ts';
import { WATCH_FLAG } from '../shared/stream/watch-flag.ts';

const VOLUME: Argument = {
  name: 'volume',
  summary: 'name of the volume',
  completes: 'volume',
};
const EITHER: Argument = {
  name: 'volume',
  summary: 'name of the volume, or of a snapshot: data@before',
  completes: 'snapshot',
};

/** What can be done with volumes. */
export const VOLUME_COMMANDS: readonly Command[] = [
  {
    path: ['volume', 'list'],
    aliases: [['volume', 'ls']],
    summary: 'show all volumes',
    about: 'Also orphaned ones: storage that no record speaks of, with what can be done about it.',
    args: [],
    flags: [WATCH_FLAG, ...LIST_FLAGS],
    examples: [{ line: 'capsulectl volume list -o wide', about: 'with where they are mounted' }],
    load: () => import('../shared/volume/list.ts'),
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
    load: () => import('../shared/volume/get.ts'),
  },
  {
    path: ['volume', 'create'],
    summary: 'make a volume',
    about:
      'Storage that outlives the workloads that mount it. Nothing is taken of the disk before it is ' +
      'written. The same again is a success; `apply` with kind: Volume does the same from a file.',
    args: [{ name: 'volume', summary: 'name of the new volume' }],
    flags: [{ flags: '--size <size>', summary: 'the most that it holds (default 512MiB)' }],
    examples: [{ line: 'capsulectl volume create --size 10GiB data', about: 'ten gibibytes' }],
    load: () => import('../shared/volume/create.ts'),
  },
  {
    path: ['volume', 'resize'],
    summary: 'make a volume larger',
    about: 'It never shrinks. Where the capsule cannot grow a mounted one, it grows when released.',
    args: [VOLUME, { name: 'size', summary: 'what it is to hold: 20GiB' }],
    flags: [],
    examples: [{ line: 'capsulectl volume resize data 20GiB', about: 'keeps what is in it' }],
    load: () => import('../shared/volume/resize.ts'),
  },
  {
    path: ['volume', 'delete'],
    aliases: [['volume', 'rm']],
    summary: 'remove volumes and what they hold, or snapshots',
    about: 'A volume that a workload mounts or names, or that has snapshots, is refused.',
    args: [{ ...EITHER, isRepeatable: true }],
    flags: [
      {
        flags: '--force',
        summary: 'stop who mounts it; remove its snapshots too, and orphaned ones',
      },
    ],
    examples: [
      { line: 'capsulectl volume delete data', about: 'nobody uses it any more' },
      { line: 'capsulectl volume delete data@before', about: 'a snapshot' },
      { line: 'capsulectl volume delete --force data', about: 'stops who uses it' },
    ],
    load: () => import('../shared/volume/delete.ts'),
  },
  {
    path: ['volume', 'adopt'],
    summary: 'keep an orphaned volume or snapshot',
    about: 'What it holds stays, and it can be mounted again.',
    args: [EITHER],
    flags: [],
    examples: [{ line: 'capsulectl volume adopt data', about: '`volume list` shows which are' }],
    load: () => import('../shared/volume/adopt.ts'),
  },
  {
    path: ['volume', 'snapshot'],
    summary: 'keep what a volume holds now',
    about:
      'At one moment, also while a workload writes: it waits for that moment. `capsule info` shows ' +
      'whether snapshots are instant or copies on this capsule.',
    args: [EITHER],
    flags: [],
    examples: [
      { line: 'capsulectl volume snapshot data@before-upgrade', about: 'with a name' },
      { line: 'capsulectl volume snapshot data', about: 'named after the moment' },
    ],
    load: () => import('../shared/volume/snapshot.ts'),
  },
  {
    path: ['volume', 'snapshots'],
    summary: 'show the snapshots of one volume or all',
    args: [{ ...VOLUME, isOptional: true }],
    flags: [WATCH_FLAG, ...LIST_FLAGS],
    examples: [{ line: 'capsulectl volume snapshots data', about: 'oldest first' }],
    load: () => import('../shared/volume/snapshots.ts'),
  },
  {
    path: ['volume', 'restore'],
    summary: 'put back what a snapshot holds',
    about:
      'The workload that mounts the volume has to be stopped. What the volume holds now is kept in a ' +
      'snapshot first. With --to the volume stays as it is, and a new one is made.',
    args: [{ name: 'snapshot', summary: 'like data@before-upgrade', completes: 'snapshot' }],
    flags: [
      { flags: '--to <name>', summary: 'make a new volume of it' },
      { flags: '--discard', summary: 'do not keep what the volume holds now' },
    ],
    examples: [
      { line: 'capsulectl volume restore data@before-upgrade', about: 'in its place' },
      { line: 'capsulectl volume restore --to old data@before-upgrade', about: 'beside it' },
    ],
    load: () => import('../shared/volume/restore.ts'),
  },
  {
    path: ['volume', 'clone'],
    summary: 'make a volume that holds what another one holds',
    about: 'Of a volume as it is at this moment, also while a workload writes, or of a snapshot.',
    args: [EITHER, { name: 'new', summary: 'name of the new volume' }],
    flags: [],
    examples: [
      { line: 'capsulectl volume clone data try-out', about: 'what it holds now' },
      { line: 'capsulectl volume clone data@before try-out', about: 'what a snapshot holds' },
    ],
    load: () => import('../shared/volume/clone.ts'),
  },
  {
    path: ['volume', 'export'],
    summary: 'write what a volume holds to a file here',
    about:
      'A snapshot, or the volume as it is at this moment, as an image of its filesystem or, with --tar, ' +
      'as its files. Compressed with zstd, and compared by checksum. What was cut off goes on when the ' +
      'same command runs again within a day.',
    args: [EITHER],
    flags: [
      {
        flags: '-o, --output <file>',
        summary: 'default NAME.img.zst or NAME.tar.zst',
        completes: 'file',
      },
      { flags: '--tar', summary: 'the files, as tar(5), instead of the filesystem' },
      { flags: '--restart', summary: 'begin anew where an earlier run was cut off' },
    ],
    examples: [
      { line: 'capsulectl volume export data', about: 'to data.img.zst' },
      {
        line: 'capsulectl volume export data@before --tar -o /mnt/usb/data.tar.zst',
        about: 'files',
      },
    ],
    load: () => import('../shared/volume/export.ts'),
  },
  {
    path: ['volume', 'import'],
    summary: 'make a volume of a file here',
    about:
      'Of what `export` wrote, of an image of ext4 or of a tar archive, as it is or compressed with zstd or ' +
      'gzip. The volume is there when everything came as it was sent. What was cut off goes on when the ' +
      'same command runs again within a day; standard input is read once. Without --size, an archive ' +
      'that `export --tar` wrote makes a volume of the size of the first.',
    args: [
      { name: 'volume', summary: 'name of the new volume' },
      { name: 'file', summary: 'what to make it of; - for standard input', completes: 'file' },
    ],
    flags: [{ flags: '--size <size>', summary: 'of the volume; refused when it is too small' }],
    examples: [
      { line: 'capsulectl volume import data data.img.zst', about: 'as it was exported' },
      { line: 'capsulectl volume import --size 10GiB data backup.tar.gz', about: 'with room' },
      { line: 'tar -C site -c . | capsulectl volume import site -', about: 'of files here' },
    ],
    load: () => import('../shared/volume/import.ts'),
  },
  {
    path: ['volume', 'usage'],
    summary: 'show what volumes and snapshots take',
    about: 'And how full the pool is that they share.',
    args: [{ ...VOLUME, isOptional: true }],
    flags: [WATCH_FLAG, ...LIST_FLAGS],
    examples: [{ line: 'capsulectl volume usage', about: 'all of them, and the pool' }],
    load: () => import('../shared/volume/usage.ts'),
  },
];
