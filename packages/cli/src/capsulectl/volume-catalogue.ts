import type { Command } from '../program/command.ts';
import type { Argument } from '../program/manual.ts';
import { YES_FLAG } from '../shared/confirm/confirm.ts';
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

/** The commands for volumes. */
export const VOLUME_COMMANDS: readonly Command[] = [
  {
    path: ['volume', 'list'],
    aliases: [['volume', 'ls']],
    summary: 'show all volumes',
    about:
      'Also shows orphaned volumes (storage that no record names), with the commands that keep or remove them.',
    args: [],
    flags: [WATCH_FLAG, ...LIST_FLAGS],
    examples: [{ line: 'capsulectl volume list -o wide', about: 'with their mount paths' }],
    load: () => import('../shared/volume/list.ts'),
  },
  {
    path: ['volume', 'get'],
    summary: 'show everything about a volume',
    args: [VOLUME],
    flags: [OUTPUT_FLAG],
    examples: [
      { line: 'capsulectl volume get data', about: 'size, usage, and the workload that mounts it' },
      { line: 'capsulectl volume get data -o yaml', about: 'as a manifest' },
    ],
    load: () => import('../shared/volume/get.ts'),
  },
  {
    path: ['volume', 'create'],
    summary: 'make a volume',
    about:
      'A volume is storage that outlives the workloads that mount it. It takes disk space as workloads write to it. ' +
      'The same command again is a success; `apply` with kind: Volume does the same from a file.',
    args: [{ name: 'volume', summary: 'name of the new volume' }],
    flags: [{ flags: '--size <size>', summary: 'capacity of the volume (default 512MiB)' }],
    examples: [{ line: 'capsulectl volume create --size 10GiB data', about: 'ten gibibytes' }],
    load: () => import('../shared/volume/create.ts'),
  },
  {
    path: ['volume', 'resize'],
    summary: 'make a volume larger',
    about:
      'A volume never shrinks. If the kernel cannot grow a mounted volume, the capsule grows it after its workload stops.',
    args: [VOLUME, { name: 'size', summary: 'the new capacity: 20GiB' }],
    flags: [],
    examples: [{ line: 'capsulectl volume resize data 20GiB', about: 'keeps its contents' }],
    load: () => import('../shared/volume/resize.ts'),
  },
  {
    path: ['volume', 'delete'],
    aliases: [['volume', 'rm']],
    summary: 'remove volumes with their contents, or snapshots',
    about:
      'Refuses a volume that a workload mounts or names, or that has snapshots. On a terminal it lists ' +
      'the losses, and asks.',
    args: [{ ...EITHER, isRepeatable: true }],
    flags: [
      {
        flags: '--force',
        summary:
          'stop the workload that mounts the volume, and remove its snapshots; also remove orphaned volumes and snapshots',
      },
      YES_FLAG,
    ],
    examples: [
      { line: 'capsulectl volume delete data', about: 'no workload uses it any more' },
      { line: 'capsulectl volume delete data@before', about: 'a snapshot' },
      { line: 'capsulectl volume delete --force data', about: 'stops its workload' },
    ],
    load: () => import('../shared/volume/delete.ts'),
  },
  {
    path: ['volume', 'adopt'],
    summary: 'keep an orphaned volume or snapshot',
    about: 'Its contents stay, and workloads can mount it again.',
    args: [EITHER],
    flags: [],
    examples: [
      { line: 'capsulectl volume adopt data', about: '`volume list` shows the orphaned volumes' },
    ],
    load: () => import('../shared/volume/adopt.ts'),
  },
  {
    path: ['volume', 'snapshot'],
    summary: 'keep the present contents of a volume',
    about:
      'A workload may write meanwhile: its writes wait for a moment. `capsule info` shows ' +
      'whether snapshots are instant or copies on this capsule.',
    args: [EITHER],
    flags: [],
    examples: [
      { line: 'capsulectl volume snapshot data@before-upgrade', about: 'with a name' },
      { line: 'capsulectl volume snapshot data', about: 'named after the time' },
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
    summary: 'restore the contents of a snapshot',
    about:
      'Stop the workload that mounts the volume first. A snapshot keeps the present contents, unless ' +
      '--discard is given. With --to the volume stays as it is, and the contents go to a new volume.',
    args: [{ name: 'snapshot', summary: 'like data@before-upgrade', completes: 'snapshot' }],
    flags: [
      { flags: '--to <name>', summary: 'restore to a new volume of this name' },
      { flags: '--discard', summary: 'do not keep the present contents' },
      YES_FLAG,
    ],
    examples: [
      { line: 'capsulectl volume restore data@before-upgrade', about: 'in its place' },
      { line: 'capsulectl volume restore --to old data@before-upgrade', about: 'beside it' },
    ],
    load: () => import('../shared/volume/restore.ts'),
  },
  {
    path: ['volume', 'clone'],
    summary: 'copy a volume or a snapshot to a new volume',
    about: 'Copies the contents at one moment, also while a workload writes.',
    args: [EITHER, { name: 'new', summary: 'name of the new volume' }],
    flags: [],
    examples: [
      { line: 'capsulectl volume clone data try-out', about: 'its present contents' },
      { line: 'capsulectl volume clone data@before try-out', about: 'the contents of a snapshot' },
    ],
    load: () => import('../shared/volume/clone.ts'),
  },
  {
    path: ['volume', 'export'],
    summary: 'write the contents of a volume to a local file',
    about:
      'Writes a snapshot, or the volume at this moment, as an image of its filesystem or, with --tar, ' +
      'as its files: compressed with zstd, and verified by checksum. An interrupted export resumes when the ' +
      'same command runs again within a day.',
    args: [EITHER],
    flags: [
      {
        flags: '-o, --output <file>',
        summary: 'default NAME.img.zst or NAME.tar.zst',
        completes: 'file',
      },
      { flags: '--tar', summary: 'the files, as tar(5), instead of the filesystem' },
      { flags: '--restart', summary: 'start from the beginning instead of resuming' },
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
    summary: 'make a volume from a local file',
    about:
      'Takes a file of `export`, an ext4 image or a tar archive, uncompressed or compressed with zstd or ' +
      'gzip. The volume exists once the checksum of its contents is verified. An interrupted import resumes when the ' +
      'same command runs again within a day; standard input is read once. Without --size, the ' +
      'import gives the volume the original size of an archive that `export --tar` wrote.',
    args: [
      { name: 'volume', summary: 'name of the new volume' },
      { name: 'file', summary: 'its source; - for standard input', completes: 'file' },
    ],
    flags: [
      {
        flags: '--size <size>',
        summary:
          'capacity of the new volume; the capsule refuses a capacity that is too small for the contents',
      },
    ],
    examples: [
      { line: 'capsulectl volume import data data.img.zst', about: 'as it was exported' },
      { line: 'capsulectl volume import --size 10GiB data backup.tar.gz', about: 'with room' },
      { line: 'tar -C site -c . | capsulectl volume import site -', about: 'from local files' },
    ],
    load: () => import('../shared/volume/import.ts'),
  },
  {
    path: ['volume', 'usage'],
    summary: 'show the disk space of volumes and snapshots',
    about: 'Also shows the free space of the pool that they share.',
    args: [{ ...VOLUME, isOptional: true }],
    flags: [WATCH_FLAG, ...LIST_FLAGS],
    examples: [{ line: 'capsulectl volume usage', about: 'all of them, and the pool' }],
    load: () => import('../shared/volume/usage.ts'),
  },
];
