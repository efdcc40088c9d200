import { stat } from 'node:fs/promises';
import { run } from '../process/run.ts';

/** A loop device and the file behind it, by device and inode: a path means another file elsewhere. */
interface LoopRow {
  readonly name: string;
  readonly 'back-ino': number | string;
  readonly 'back-maj:min': string;
}

/** The loop device of a file; undefined when it has none. */
export async function findLoop(file: string, signal?: AbortSignal): Promise<string | undefined> {
  const [{ dev, ino }, rows] = await Promise.all([stat(file), listLoops(signal)]);
  const device = `${major(dev)}:${minor(dev)}`;
  return rows.find(
    (row) => Number(row['back-ino']) === ino && row['back-maj:min'].trim() === device,
  )?.name;
}

/**
 * The loop device of a file, made now if it has none. With direct I/O, so that nothing is cached twice
 * and what is synced is on the disk. Two devices of one file would spoil it: `--nooverlap` refuses that.
 */
export async function attachLoop(file: string, signal?: AbortSignal): Promise<string> {
  const existing = await findLoop(file, signal);
  if (existing !== undefined) return existing;
  const { stdout } = await run(
    'losetup',
    ['--find', '--show', '--nooverlap', '--direct-io=on', file],
    signalled(signal),
  );
  return stdout.trim();
}

/** Idempotent: a device that is free already is a success. */
export async function detachLoop(device: string, signal?: AbortSignal): Promise<void> {
  const { exitCode, stderr } = await run('losetup', ['--detach', device], {
    allow: [0, 1],
    ...signalled(signal),
  });
  if (exitCode === 0 || /No such device/.test(stderr)) return;
  await run('losetup', ['--detach', device], signalled(signal));
}

/** Makes the device as large as its file has become. */
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
