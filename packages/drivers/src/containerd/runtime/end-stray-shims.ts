import { setTimeout as delay } from 'node:timers/promises';
import { listPids, readProc, signalProcess } from '@capsule/host';
import { runtimeError } from '../errors.ts';

/** Identifies the shims of a container: containerd passes all three to a shim as arguments. */
export interface ShimOwner {
  readonly namespace: string;
  readonly containerId: string;
  /** containerd's socket. */
  readonly socketPath: string;
}

/** The time that a shim gets to end by itself, and then after each signal. */
export interface Patience {
  readonly itself: number;
  readonly SIGTERM: number;
  readonly SIGKILL: number;
}

const PATIENCE_MS: Patience = { itself: 500, SIGTERM: 2_000, SIGKILL: 2_000 };
const LOOK_AGAIN_MS = 10;

/**
 * Ends shims of a container that has no task any more. When a caller dies while it creates a task, containerd
 * cancels the creation and may forget a shim that it has just started. Fails with `RUNTIME_SHIM_LEFT` when one
 * does not end: another task of the container would run at the same time. Idempotent.
 */
export async function endStrayShims(
  owner: ShimOwner,
  find: () => Promise<readonly number[]> = () => findShims(owner),
  patienceMs = PATIENCE_MS,
): Promise<void> {
  let left = await untilGone(find, patienceMs.itself);
  for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
    for (const pid of left) signalProcess(pid, signal);
    if (left.length > 0) left = await untilGone(find, patienceMs[signal]);
  }
  const { containerId: container } = owner;
  if (left.length > 0) throw runtimeError.SHIM_LEFT({ container, pids: left });
}

/**
 * Returns whether these are the arguments of a shim of that container; each ends in NUL, as in
 * `/proc/PID/cmdline`.
 */
export function isShimOf(cmdline: string, owner: ShimOwner): boolean {
  const [program = '', ...args] = cmdline.split('\0');
  const value = (flag: string) => args[args.indexOf(flag) + 1];
  return (
    program.endsWith('/containerd-shim-runc-v2') &&
    value('-namespace') === owner.namespace &&
    value('-id') === owner.containerId &&
    value('-address') === owner.socketPath
  );
}

/** Resolves as soon as there are no shims, or after `limitMs` with those that are left. */
async function untilGone(
  find: () => Promise<readonly number[]>,
  limitMs: number,
): Promise<readonly number[]> {
  const deadline = performance.now() + limitMs;
  for (;;) {
    const shims = await find();
    if (shims.length === 0 || performance.now() > deadline) return shims;
    await delay(LOOK_AGAIN_MS);
  }
}

async function findShims(owner: ShimOwner): Promise<readonly number[]> {
  const found = await Promise.all(
    (await listPids()).map(async (pid) =>
      isShimOf(await readProc(pid, 'cmdline'), owner) ? [pid] : [],
    ),
  );
  return found.flat();
}
