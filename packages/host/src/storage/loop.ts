import { constants, type FileHandle, open, stat } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { unlessMissing } from '../file/unless-missing.ts';
import { run } from '../process/run.ts';
import { storageError } from './errors.ts';
import { makeLoopNodes } from './loop-nodes.ts';

/** Several capsules of one machine attach at the same time: each may lose some races. */
const ATTEMPTS = 30;
const PAUSE_MS = 50;

/** A loop device and its file, by device and inode: a path may mean another file elsewhere. */
interface LoopRow {
  readonly name: string;
  readonly 'back-ino': number | string;
  readonly 'back-maj:min': string;
}

/** The loop device of a file; undefined when it has none. */
export async function findLoop(
  file: string | FileHandle,
  signal?: AbortSignal,
): Promise<string | undefined> {
  const [first] = await findLoops(file, signal);
  return first;
}

async function findLoops(file: string | FileHandle, signal?: AbortSignal): Promise<string[]> {
  const meta = typeof file === 'string' ? stat(file) : file.stat();
  const [{ dev, ino }, rows] = await Promise.all([meta, listLoops(signal)]);
  const device = `${major(dev)}:${minor(dev)}`;
  return rows
    .filter((row) => Number(row['back-ino']) === ino && row['back-maj:min'].trim() === device)
    .map(({ name }) => name);
}

/**
 * Returns the loop device of a file, and makes one if it has none. With direct I/O, so that nothing is cached twice
 * and synced data is on the disk. Two devices of one file would corrupt it: `--nooverlap` refuses that. Retries when
 * another process takes the device, or when a new one has no node yet. Fails with
 * `STORAGE_LOOP_UNAVAILABLE`.
 */
export async function attachLoop(file: string, signal?: AbortSignal): Promise<string> {
  let reason = '';
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const existing = await findLoop(file, signal);
    if (existing !== undefined) return existing;
    const { exitCode, stdout, stderr } = await run(
      'losetup',
      ['--find', '--show', '--nooverlap', '--direct-io=on', file],
      { allow: [0, 1], ...signalled(signal) },
    );
    if (exitCode === 0) {
      const device = stdout.trim();
      if ((await findLoops(file, signal)).every((name) => name === device)) return device;
      await detachLoop(device, signal);
      reason = 'another program attaches the same file at the same time';
      await delay(Math.random() * PAUSE_MS, undefined, { signal });
      continue;
    }
    reason = stderr.trim().replace(/^losetup: /, '');
    if ((await makeLoopNodes()) === 0) await delay(PAUSE_MS, undefined, { signal });
  }
  throw storageError.LOOP_UNAVAILABLE({ file, reason });
}

/** A loop device that exists while it is open here, or mounted, and is freed automatically. */
export interface OpenLoop extends AsyncDisposable {
  readonly device: string;
}

/**
 * Opens the loop device of a file, and makes one if it has none. A killed process leaves no device. Two openers of
 * one file share the device. Fails as `attachLoop`.
 */
export async function openLoop(file: string, signal?: AbortSignal): Promise<OpenLoop> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const device = await attachLoop(file, signal);
    const handle = await unlessMissing(open(device, constants.O_RDONLY), ['ENXIO']);
    if (handle === undefined) continue;
    try {
      // Before it was open here, its last user may have freed it, and another file may have taken it. A second device is
      // one that another process made at the same time and detaches again: which of the two stays is open until then.
      const [only, ...others] = await findLoops(file, signal);
      if (only === device && others.length === 0) {
        // For an open device this means: free it when the last user closes it.
        await detachLoop(device, signal);
        return { device, [Symbol.asyncDispose]: () => handle.close() };
      }
    } catch (error) {
      await handle.close();
      throw error;
    }
    await handle.close();
  }
  throw storageError.LOOP_UNAVAILABLE({ file, reason: 'its device disappeared repeatedly' });
}

/** Detaches a loop device. Idempotent: a free device is a success. */
export async function detachLoop(device: string, signal?: AbortSignal): Promise<void> {
  const { exitCode, stderr } = await run('losetup', ['--detach', device], {
    allow: [0, 1],
    ...signalled(signal),
  });
  if (exitCode === 0 || /No such device/.test(stderr)) return;
  await run('losetup', ['--detach', device], signalled(signal));
}

/** Grows the device to the size of its file. */
export async function growLoop(device: string, signal?: AbortSignal): Promise<void> {
  await run('losetup', ['--set-capacity', device], signalled(signal));
}

async function listLoops(signal?: AbortSignal): Promise<readonly LoopRow[]> {
  const columns = 'NAME,BACK-INO,BACK-MAJ:MIN';
  const { stdout } = await run(
    'losetup',
    ['--list', '--json', '--output', columns],
    signalled(signal),
  );
  if (stdout.trim() === '') return [];
  return (JSON.parse(stdout) as { loopdevices: readonly LoopRow[] }).loopdevices;
}

function signalled(signal: AbortSignal | undefined) {
  return signal === undefined ? {} : { signal };
}

/** As glibc's gnu_dev_major(3) and gnu_dev_minor(3). */
function major(device: number): number {
  return Number((BigInt(device) >> 8n) & 0xfffn);
}

function minor(device: number): number {
  const wide = BigInt(device);
  return Number((wide & 0xffn) | ((wide >> 12n) & 0xfff00n));
}
