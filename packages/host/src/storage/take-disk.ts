import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Stats } from 'node:fs';
import { constants, type FileHandle, open } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { processError } from '../process/errors.ts';
import { findLoop } from './loop.ts';

export interface TakeDiskOptions {
  /** Default: for reading and writing. */
  readonly readOnly?: boolean;
  /** How long to wait for a user that is about to finish. Default: one second. */
  readonly patienceMs?: number;
  readonly signal?: AbortSignal;
}

/** A trim, or a mount namespace that is being removed, uses it for a moment. */
const PATIENCE_MS = 1_000;
const LOOK_AGAIN_MS = 20;

/**
 * Opens a disk exclusively: a block device with `O_EXCL` (open(2): no mount, no other such open), a file under an
 * exclusive lock (flock(2)) and without any loop device on it. The hold is on the inode, so it counts for every name of it.
 * It lasts until the last copy of the descriptor is closed, in any process. A final link is not followed, and a FIFO is not
 * waited for. Returns a description of the present user, if there is one; fails as open(2).
 */
export async function takeDisk(
  path: string,
  { readOnly = false, patienceMs = PATIENCE_MS, signal }: TakeDiskOptions = {},
): Promise<FileHandle | DiskUser> {
  const until = performance.now() + patienceMs;
  for (;;) {
    signal?.throwIfAborted();
    const taken = await tryTake(path, readOnly, signal);
    if (!('user' in taken) || performance.now() >= until) return taken;
    await delay(LOOK_AGAIN_MS, undefined, { signal });
  }
}

export interface DiskUser {
  /** A description for people. */
  readonly user: string;
}

async function tryTake(
  path: string,
  readOnly: boolean,
  signal: AbortSignal | undefined,
): Promise<FileHandle | DiskUser> {
  const how = (readOnly ? constants.O_RDONLY : constants.O_RDWR) | constants.O_NONBLOCK;
  await using seen = await open(path, O_PATH);
  const before = await seen.stat();
  const isDevice = before.isBlockDevice();
  const flags = how | (isDevice ? constants.O_EXCL : constants.O_NOFOLLOW);
  let handle: FileHandle;
  try {
    handle = await open(path, flags);
  } catch (failure) {
    if ((failure as NodeJS.ErrnoException).code !== 'EBUSY') throw failure;
    return { user: 'it is mounted, or another program uses it' };
  }
  try {
    const user = await userOf(handle, before, signal);
    if (user === undefined) return handle;
    await handle.close();
    return { user };
  } catch (error) {
    await handle.close();
    throw error;
  }
}

/** Not in Node's constants; the same on all of Linux's architectures that a capsule runs on. */
const O_PATH = 0o10000000;

/** Checks that the path still leads to the opened file: the flags for a device do not protect a file in its place. */
async function userOf(
  handle: FileHandle,
  before: Stats,
  signal: AbortSignal | undefined,
): Promise<string | undefined> {
  const { dev, ino, rdev, mode } = await handle.stat();
  const isSame = dev === before.dev && ino === before.ino && rdev === before.rdev;
  if (!isSame || typeOf(mode) !== typeOf(before.mode)) return 'another file has replaced it';
  return before.isBlockDevice() ? undefined : userOfFile(handle, signal);
}

const typeOf = (mode: number) => mode & constants.S_IFMT;

/** Takes the lock first: a program that attaches a loop device holds it meanwhile. */
async function userOfFile(
  handle: FileHandle,
  signal: AbortSignal | undefined,
): Promise<string | undefined> {
  if (!(await lock(handle))) return 'a microVM or another program has locked it';
  const device = await findLoop(handle, signal);
  return device === undefined ? undefined : `it is attached to ${device}`;
}

/** The lock belongs to the open file, which the child shares with us. */
async function lock({ fd }: FileHandle): Promise<boolean> {
  const args = ['--exclusive', '--nonblock', '3'];
  const child = spawn('flock', args, { stdio: ['ignore', 'ignore', 'pipe', fd] });
  const complaint: Buffer[] = [];
  child.stderr?.on('data', (data: Buffer) => complaint.push(data));
  const [exitCode, killedBy] = (await once(child, 'close')) as [number | null, string | null];
  if (exitCode === 0) return true;
  if (exitCode === 1) return false;
  const stderr = Buffer.concat(complaint).toString('utf8');
  const result = { exitCode: exitCode ?? -1, stdout: '', stderr };
  throw processError.FAILED({ command: 'flock', args, killedBy, ...result });
}
