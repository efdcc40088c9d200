import { processError } from '../process/errors.ts';
import { run } from '../process/run.ts';

export interface Ext4 {
  readonly uuid: string;
  readonly sizeBytes: number;
  /** Of an unmounted filesystem; use statfs(2) for a mounted one. */
  readonly freeBytes: number;
}

/** The filesystem on a device or in a file; undefined when it has no readable ext4. */
export async function readExt4(path: string, signal?: AbortSignal): Promise<Ext4 | undefined> {
  const { exitCode, stdout } = await run('dumpe2fs', ['-h', path], {
    allow: ANY_EXIT_CODE,
    ...signalled(signal),
  });
  return exitCode === 0 ? parseExt4(stdout) : undefined;
}

/**
 * Reads the superblock as dumpe2fs prints it. A guest can write any number into it: an impossible size means that there
 * is no filesystem, and free space is limited to the size. Pure.
 */
export function parseExt4(stdout: string): Ext4 | undefined {
  const field = (name: string) => new RegExp(`^${name}:\\s*(\\S+)$`, 'm').exec(stdout)?.[1];
  const uuid = field('Filesystem UUID');
  const blocks = Number(field('Block count'));
  const blockBytes = Number(field('Block size'));
  const sizeBytes = blocks * blockBytes;
  if (uuid === undefined || !Number.isSafeInteger(sizeBytes) || sizeBytes <= 0) return undefined;
  const freeBytes = Number(field('Free blocks')) * blockBytes;
  return { uuid, sizeBytes, freeBytes: freeBytes >= 0 ? Math.min(freeBytes, sizeBytes) : 0 };
}

/**
 * Makes an empty filesystem, without `lost+found`. No blocks are reserved for root: only the workload writes. Overwrites
 * existing content.
 */
export async function makeExt4(path: string, uuid: string, signal?: AbortSignal): Promise<void> {
  // A new device or file reads as zeros: neither journal nor inode tables need be written, nor be zeroed by the
  // kernel after the first mount, which would fill a thin volume with 16 MB for each GiB. Every mount reads the whole
  // orphan file, which has 2 MiB in a volume of 8 GiB by default.
  const zeros = 'lazy_itable_init=1,lazy_journal_init=1,assume_storage_prezeroed=1';
  const details = `nodiscard,root_owner=0:0,${zeros},orphan_file_size=128k`;
  // Small filesystems also get blocks of the page size. With a stored checksum seed, a copy can get another UUID without
  // a rewrite.
  const shape = ['-b', '4096', '-m', '0', '-O', 'metadata_csum_seed', '-E', details];
  const args = ['-q', '-F', ...shape, '-U', uuid, path];
  await run('mkfs.ext4', args, { timeoutMs: SLOW_MS, ...signalled(signal) });
  await removeLostFound(path, signal);
}

/** Gives a filesystem that was checked, and is not mounted, another UUID. Idempotent. */
export async function identifyExt4(
  path: string,
  uuid: string,
  signal?: AbortSignal,
): Promise<void> {
  await run('tune2fs', ['-f', '-U', uuid, path], { timeoutMs: SLOW_MS, ...signalled(signal) });
}

/**
 * Replays the journal of an unmounted filesystem, as a mount for writing does; a mount of a read-only device
 * cannot. Does nothing after a clean unmount. Returns false when an operator has to repair it.
 */
export async function replayExt4(path: string, signal?: AbortSignal): Promise<boolean> {
  const { stdout } = await run('dumpe2fs', ['-h', path], signalled(signal));
  if (!/^Filesystem features:.*\bneeds_recovery\b/m.test(stdout)) return true;
  const { exitCode } = await run('e2fsck', ['-p', path], {
    allow: [0, 1, 2, 4, 8, 12],
    timeoutMs: SLOW_MS,
    ...signalled(signal),
  });
  return exitCode < 4;
}

/** Repairs the filesystem where that is safe, and leaves no empty `lost+found`. False when an operator has to repair it. */
export async function checkExt4(path: string, signal?: AbortSignal): Promise<boolean> {
  // e2fsck(8): 1 and 2 mean repaired, 4 and more not.
  const { exitCode } = await run('e2fsck', ['-f', '-p', path], {
    allow: [0, 1, 2, 4, 8, 12],
    timeoutMs: SLOW_MS,
    ...signalled(signal),
  });
  if (exitCode >= 4) return false;
  await removeLostFound(path, signal);
  return true;
}

/**
 * Removes an empty `lost+found` of an unmounted filesystem: initdb and other programs refuse a folder that holds
 * anything, and e2fsck creates it when needed. Call it before work that is retried after a power cut, after e2fsck.
 */
async function removeLostFound(path: string, signal?: AbortSignal): Promise<void> {
  // debugfs(8) exits with 0 even when the folder is missing or not empty.
  await run('debugfs', ['-w', '-R', 'rmdir lost+found', path], {
    timeoutMs: SLOW_MS,
    ...signalled(signal),
  });
}

/**
 * Grows the filesystem to the size of its device, mounted or not; check an unmounted one first. False when
 * a mounted one may not grow here: that needs CAP_SYS_RESOURCE.
 */
export async function growExt4(path: string, signal?: AbortSignal): Promise<boolean> {
  const { exitCode, stderr } = await run('resize2fs', [path], {
    allow: [0, 1],
    timeoutMs: SLOW_MS,
    ...signalled(signal),
  });
  if (exitCode === 0) return true;
  if (/Permission denied to resize filesystem/.test(stderr)) return false;
  throw processError.FAILED({
    command: 'resize2fs',
    args: [path],
    killedBy: null,
    exitCode,
    stdout: '',
    stderr,
  });
}

/** The low byte of any error of libext2fs. */
const ANY_EXIT_CODE = Array.from({ length: 256 }, (_, code) => code);
/** Terabytes on a slow disk. */
const SLOW_MS = 30 * 60_000;

function signalled(signal: AbortSignal | undefined) {
  return signal === undefined ? {} : { signal };
}
