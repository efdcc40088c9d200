import type { Command } from '../program/command.ts';
import type { Argument } from '../program/manual.ts';
import { YES_FLAG } from '../shared/confirm/confirm.ts';
import { ALL_FLAG, loadAcross } from '../shared/fleet/across-capsules.ts';
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
      'Also shows orphaned volumes (storage without a record), with the commands that keep or remove them.',
    args: [],
    flags: [ALL_FLAG, WATCH_FLAG, ...LIST_FLAGS],
    examples: [{ line: 'capsulectl volume list -o wide', about: 'with their mount paths' }],
    load: loadAcross(() => import('../shared/volume/list.ts')),
  },
  {
    path: ['volume', 'get'],
    summary: 'show all details of a volume',
    args: [VOLUME],
    flags: [ALL_FLAG, OUTPUT_FLAG],
    examples: [
      { line: 'capsulectl volume get data', about: 'size, usage, and the workload that mounts it' },
      { line: 'capsulectl volume get data -o yaml', about: 'as a manifest' },
    ],
    load: loadAcross(() => import('../shared/volume/get.ts')),
  },
  {
    path: ['volume', 'create'],
    summary: 'create a volume',
    about:
      'A volume is storage that outlives the workloads that mount it. It takes disk space as workloads write to it. ' +
      'If the volume already exists with this size, the command succeeds. `apply` does the same for a manifest of ' +
      'kind: Volume.',
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
    args: [VOLUME, { name: 'size', summary: 'the new capacity, such as 20GiB' }],
    flags: [],
    examples: [{ line: 'capsulectl volume resize data 20GiB', about: 'keeps its contents' }],
    load: () => import('../shared/volume/resize.ts'),
  },
  {
    path: ['volume', 'delete'],
    aliases: [['volume', 'rm']],
    summary: 'remove volumes with their contents, or snapshots',
    about:
      'Refuses a volume that has snapshots, or that a running or stopped workload uses. On a terminal it lists ' +
      'the losses and asks.',
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
      { line: 'capsulectl volume delete data', about: 'a volume that no workload uses' },
      { line: 'capsulectl volume delete data@before', about: 'a snapshot' },
      { line: 'capsulectl volume delete --force data', about: 'stops its workload' },
    ],
    load: () => import('../shared/volume/delete.ts'),
  },
  {
    path: ['volume', 'adopt'],
    summary: 'keep an orphaned volume or snapshot',
    about: 'The contents stay, and workloads can mount the volume again.',
    args: [EITHER],
    flags: [],
    examples: [
      { line: 'capsulectl volume adopt data', about: '`volume list` shows the orphaned volumes' },
    ],
    load: () => import('../shared/volume/adopt.ts'),
  },
  {
    path: ['volume', 'snapshot'],
    summary: 'take a snapshot of a volume',
    about:
      'A workload can use the volume meanwhile; its writes wait for a moment. `capsule info` shows ' +
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
    summary: 'show the snapshots of one volume or of all volumes',
    args: [{ ...VOLUME, isOptional: true }],
    flags: [WATCH_FLAG, ...LIST_FLAGS],
    examples: [{ line: 'capsulectl volume snapshots data', about: 'oldest first' }],
    load: () => import('../shared/volume/snapshots.ts'),
  },
  {
    path: ['volume', 'restore'],
    summary: 'restore the contents of a snapshot',
    about:
      'First stop the workload that mounts the volume. The capsule takes a snapshot of the present contents, unless ' +
      'you give --discard. With --to, the volume stays unchanged, and the contents go to a new volume.',
    args: [
      {
        name: 'snapshot',
        summary: 'the snapshot, such as data@before-upgrade',
        completes: 'snapshot',
      },
    ],
    flags: [
      { flags: '--to <name>', summary: 'restore to a new volume of this name' },
      { flags: '--discard', summary: 'do not keep the present contents' },
      YES_FLAG,
    ],
    examples: [
      { line: 'capsulectl volume restore data@before-upgrade', about: 'into the same volume' },
      {
        line: 'capsulectl volume restore --to old data@before-upgrade',
        about: 'into a new volume',
      },
    ],
    load: () => import('../shared/volume/restore.ts'),
  },
  {
    path: ['volume', 'clone'],
    summary: 'copy a volume or a snapshot to a new volume',
    about: 'Copies the contents of one moment, even while a workload writes.',
    args: [EITHER, { name: 'new', summary: 'name of the new volume' }],
    flags: [],
    examples: [
      { line: 'capsulectl volume clone data try-out', about: 'the present contents of a volume' },
      { line: 'capsulectl volume clone data@before try-out', about: 'the contents of a snapshot' },
    ],
    load: () => import('../shared/volume/clone.ts'),
  },
  {
    path: ['volume', 'export'],
    summary: 'write the contents of a volume to a local file',
    about:
      'Writes a snapshot, or the present contents of a volume, as a filesystem image. With --tar, it writes the files ' +
      'as a tar archive. The output is compressed with zstd, and a checksum verifies it. An interrupted export ' +
      'resumes if you run the same command again within a day.',
    args: [EITHER],
    flags: [
      {
        flags: '-o, --output <file>',
        summary: 'the file to write (default NAME.img.zst or NAME.tar.zst)',
        completes: 'file',
      },
      { flags: '--tar', summary: 'write a tar archive of the files instead of a filesystem image' },
      { flags: '--restart', summary: 'start from the beginning instead of resuming' },
    ],
    examples: [
      { line: 'capsulectl volume export data', about: 'to data.img.zst' },
      {
        line: 'capsulectl volume export data@before --tar -o /mnt/usb/data.tar.zst',
        about: 'the files of a snapshot',
      },
    ],
    load: () => import('../shared/volume/export.ts'),
  },
  {
    path: ['volume', 'import'],
    summary: 'create a volume from a local file',
    about:
      'FILE is a file that `volume export` wrote, an ext4 image or a tar archive. It may be compressed with zstd ' +
      'or gzip. The volume exists after the capsule has verified the checksum of its contents. An interrupted import ' +
      'resumes if you run the same command again within a day, but not from standard input. Without --size, an ' +
      'archive from `volume export --tar` becomes a volume of the original size.',
    args: [
      { name: 'volume', summary: 'name of the new volume' },
      { name: 'file', summary: 'the file to import; - for standard input', completes: 'file' },
    ],
    flags: [
      {
        flags: '--size <size>',
        summary: 'capacity of the new volume; must be large enough for the contents',
      },
    ],
    examples: [
      {
        line: 'capsulectl volume import data data.img.zst',
        about: 'with the size of the exported volume',
      },
      {
        line: 'capsulectl volume import --size 10GiB data backup.tar.gz',
        about: 'with free space',
      },
      { line: 'tar -C site -c . | capsulectl volume import site -', about: 'from a local folder' },
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
