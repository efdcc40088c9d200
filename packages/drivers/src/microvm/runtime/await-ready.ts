import { stat } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { microVmError } from '../errors.ts';
import type { ReadySocket } from '../guest/ready-socket.ts';
import { isProcessAlive, processorMs } from '../process/process-mark.ts';
import type { MadeVm } from '../record/made-vm.ts';
import type { VmRun } from '../record/vm-run.ts';
import type { MicroVmContext } from './context.ts';
import { findCause, SILENT } from './find-cause.ts';
import { consoleLog } from './start-writers.ts';
import { machineOf } from './vm-seen.ts';

/** Of processor time: an emulated guest among twenty others gets little of it in a minute. */
const BOOT_LIMIT_MS = 120_000;
/**
 * Of processor time: an emulated kernel that calibrates its clock sometimes never returns from that, before
 * its first line. A slow processor takes longer to the first line, so each further boot of a start gets twice
 * as much.
 */
const HUNG_AFTER_MS = 12_000;
/**
 * Bounds the wall-clock time of a machine that gets no processor time, or waits for something that never
 * comes.
 */
const WALL_FACTOR = 4;
/** The interval of the checks whether the machine still runs. */
const LOOK_AGAIN_MS = 250;

export interface BootParts {
  readonly run: VmRun;
  readonly ends: MicroVmContext['ends'];
  /** The number of this boot within the start, counted from one. */
  readonly boot: number;
  /** Of processor time. */
  readonly bootMs?: number;
  readonly hungMs?: number;
  readonly lookMs?: number;
}

/** Waits until the agent reports that it listens; fails when the machine is gone or takes too long. */
export async function awaitReady(
  ready: ReadySocket,
  vm: MadeVm,
  {
    run,
    ends,
    boot,
    bootMs = BOOT_LIMIT_MS,
    hungMs: hungAfterMs = HUNG_AFTER_MS,
    lookMs = LOOK_AGAIN_MS,
  }: BootParts,
  signal: AbortSignal | undefined,
): Promise<void> {
  const { container } = vm.spec.ref;
  const begunAt = performance.now();
  const hungMs = hungAfterMs * 2 ** (boot - 1);
  const limitMs = Math.max(bootMs, 2 * hungMs);
  const listening = ready.listening.then(() => true);
  for (let spentMs = 0; spentMs < limitMs; ) {
    signal?.throwIfAborted();
    const pause = new AbortController();
    const passed = delay(lookMs, false, { signal: pause.signal }).catch(() => false);
    const isReady = await Promise.race([listening, passed]);
    pause.abort();
    if (isReady) return;
    await checkAlive(vm, run, ends);
    const machine = machineOf(run);
    const ranMs = machine === undefined ? 0 : await processorMs(machine);
    spentMs = Math.max(ranMs, (performance.now() - begunAt) / WALL_FACTOR);
    if (spentMs > hungMs && (await consoleSize(vm.spec.logPath)) === (run.consoleBegin ?? 0)) {
      throw microVmError.BOOT_HUNG({ container, seconds: hungMs / 1000 });
    }
  }
  const why = `its guest agent did not start within ${limitMs / 1000} s of processor time`;
  throw microVmError.NOT_BOOTED({ container, why });
}

/** Fails with `MICROVM_NOT_BOOTED`, and the reason of its end, when the machine is gone. */
export async function checkAlive(
  vm: MadeVm,
  run: VmRun,
  ends: MicroVmContext['ends'],
): Promise<void> {
  const machine = machineOf(run);
  if (machine !== undefined && (await isProcessAlive(machine))) return;
  const why = await findCause(vm, run, ends);
  const isSilent = why.endsWith(SILENT);
  throw microVmError.NOT_BOOTED({ container: vm.spec.ref.container, why, isSilent });
}

/** Returns the number of bytes that its console has printed, in all its runs. */
export async function consoleSize(logPath: string): Promise<number> {
  return stat(consoleLog(logPath)).then(
    ({ size }) => size,
    () => 0,
  );
}
