import { setTimeout as delay } from 'node:timers/promises';
import { listPids, readProc, signalProcess } from '@capsule/host';

/** Whose shims are meant: all three stand in the arguments that containerd starts a shim with. */
export interface ShimOwner {
  readonly namespace: string;
  readonly containerId: string;
  /** containerd's socket. */
  readonly socketPath: string;
}

/** How long a shim gets to end by itself, and then by each signal. */
const PATIENCE_MS = { itself: 500, SIGTERM: 2_000, SIGKILL: 2_000 };
const LOOK_AGAIN_MS = 10;

/**
 * Ends shims of a container that has no task any more. A caller that dies in the middle of a task's
 * creation cancels it, and containerd then may forget a shim that it has just started. Idempotent.
 */
export async function endStrayShims(owner: ShimOwner): Promise<void> {
  let left = await untilGone(owner, PATIENCE_MS.itself);
  for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
    for (const pid of left) signalProcess(pid, signal);
    if (left.length > 0) left = await untilGone(owner, PATIENCE_MS[signal]);
  }
}

/** True for the arguments of a shim of that container; they end in NUL, as in `/proc/PID/cmdline`. */
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

/** The shims that are still there after `limitMs`, as soon as there are none. */
async function untilGone(owner: ShimOwner, limitMs: number): Promise<readonly number[]> {
  const deadline = performance.now() + limitMs;
  for (;;) {
    const shims = await findShims(owner);
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
