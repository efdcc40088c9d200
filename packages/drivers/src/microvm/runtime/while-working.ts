import { setTimeout as delay } from 'node:timers/promises';
import { readProc } from '@capsule/host';
import { microVmError } from '../errors.ts';
import { processorMs } from '../process/process-mark.ts';
import type { VmRun } from '../record/vm-run.ts';
import { machineOf } from './vm-seen.ts';

/** A guest writes its dirty memory to disk within half a minute (`vm.dirty_expire_centisecs`). */
const STALLED_MS = 60_000;
const LOOK_MS = 500;
/** The share of `stalledMs` that counts as work: a guest that only waits takes less processor time. */
const BUSY_SHARE = 0.05;

export interface WhileWorkingParts {
  readonly run: VmRun;
  /** Named in errors. */
  readonly container: string;
  readonly signal?: AbortSignal | undefined;
  readonly stalledMs?: number;
  readonly lookMs?: number;
}

/**
 * Runs `work` for as long as the machine reads or writes its disks or keeps a processor busy; aborts it after
 * a minute of neither. Fails as `work` does, and with `MICROVM_STALLED`.
 */
export async function whileWorking<T>(
  { run, container, signal, stalledMs = STALLED_MS, lookMs = LOOK_MS }: WhileWorkingParts,
  work: (limit: AbortSignal) => Promise<T>,
): Promise<T> {
  const stalled = new AbortController();
  const over = new AbortController();
  const limit = signal === undefined ? stalled.signal : AbortSignal.any([signal, stalled.signal]);
  const watch = async () => {
    // Counted since the last sign of work: a machine on a busy host gets little processor time at once.
    let [before, idleMs]: [Signs, number] = [{ ranMs: 0, bytes: 0 }, 0];
    while (!over.signal.aborted) {
      await delay(lookMs, undefined, { signal: over.signal }).catch(leave);
      // One that cannot be looked at, for want of descriptors, is looked at again.
      const now = await signsOf(run).catch(() => undefined);
      if (now === undefined) continue;
      const isBusy = now.ranMs - before.ranMs > stalledMs * BUSY_SHARE;
      const isWorking = isBusy || now.bytes !== before.bytes;
      idleMs = isWorking ? 0 : idleMs + lookMs;
      if (isWorking) before = now;
      if (idleMs < stalledMs || over.signal.aborted) continue;
      stalled.abort(microVmError.STALLED({ container, seconds: stalledMs / 1000 }));
      return;
    }
  };
  const watching = watch();
  try {
    return await work(limit);
  } catch (error) {
    // The reason for the abort, rather than the abort itself.
    if (stalled.signal.aborted) throw stalled.signal.reason;
    throw error;
  } finally {
    over.abort();
    await watching;
  }
}

interface Signs {
  readonly ranMs: number;
  /** Read from and written to disks. */
  readonly bytes: number;
}

/** Returns zeros for a machine that is gone; `work` fails by itself then. */
async function signsOf(run: VmRun): Promise<Signs> {
  const machine = machineOf(run);
  if (machine === undefined) return { ranMs: 0, bytes: 0 };
  const text = await readProc(machine.pid, 'io');
  const count = (name: string) => Number(new RegExp(`^${name}: (\\d+)$`, 'm').exec(text)?.[1] ?? 0);
  return { ranMs: await processorMs(machine), bytes: count('read_bytes') + count('write_bytes') };
}

/** The loop checks the signal. */
function leave(): void {}
