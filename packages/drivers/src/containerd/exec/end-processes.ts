import { basename } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { listPids, readEntry, readProc, signalProcess } from '@capsule/host';
import { isInCgroup } from '../../cgroup/is-in-cgroup.ts';
import { runtimeError } from '../errors.ts';
import { type ExecTraces, type Found, findProcesses } from './find-processes.ts';

/** Processes die within milliseconds of KILL, unless the kernel holds them. */
const LIMIT_MS = 2_000;
const START_LIMIT_MS = 1_000;
const LOOK_AGAIN_MS = 10;

/**
 * Kills all processes of an exec, and a runc that may be about to start it. Resolves when none is left. Fails
 * with `RUNTIME_FAILED` when one does not end, because it is frozen or waits for a broken disk. Idempotent.
 */
export async function endProcesses(traces: ExecTraces): Promise<void> {
  await killUntilNone(() => findStarters(traces.execId));
  await untilNoneStarts(traces.cgroup);
  await killUntilNone(() => findProcesses(traces));
}

/**
 * A process that a killed runc has put into the container executes its program within milliseconds, and bears
 * no mark before. A process that takes longer only looks like one, and is not waited for.
 */
async function untilNoneStarts(cgroup: string): Promise<void> {
  const deadline = performance.now() + START_LIMIT_MS;
  while ((await findInits(cgroup)).length > 0 && performance.now() < deadline) {
    await delay(LOOK_AGAIN_MS);
  }
}

/** Returns processes in which runc prepares the start of a program. */
async function findInits(cgroup: string): Promise<readonly number[]> {
  const found = await Promise.all(
    (await listPids()).map(async (pid) => {
      if (!isInCgroup(await readProc(pid, 'cgroup'), cgroup)) return [];
      const [program = '', verb] = (await readProc(pid, 'cmdline')).split('\0');
      return verb === 'init' && basename(program) === 'runc' ? [pid] : [];
    }),
  );
  return found.flat();
}

/** Kills the processes that `find` returns until it returns none. */
export async function killUntilNone(find: () => Promise<Found>): Promise<void> {
  const deadline = performance.now() + LIMIT_MS;
  for (;;) {
    const { pids, isUnclear = false } = await find();
    // An unclear process after the deadline has no arguments for good, and is not one of the exec's.
    if (pids.length === 0 && (!isUnclear || performance.now() > deadline)) return;
    if (performance.now() > deadline) {
      const detail = `these processes do not end: ${pids.join(', ')}`;
      throw runtimeError.FAILED({ action: 'end a command', detail });
    }
    for (const pid of pids) signalProcess(pid, 'SIGKILL');
    await delay(LOOK_AGAIN_MS);
  }
}

/**
 * Returns the runc that the shim runs to start the exec: its arguments name the exec, and it creates at most
 * one process.
 */
async function findStarters(execId: string): Promise<Found> {
  const found = await Promise.all(
    (await listPids()).map(async (pid) => {
      const words = (await readProc(pid, 'cmdline')).split('\0');
      const isStarter =
        words.includes('exec') && words.some((word) => word.endsWith(`/${execId}.pid`));
      return isStarter && (await readEntry(pid))?.isZombie === false ? [pid] : [];
    }),
  );
  return { pids: found.flat() };
}
