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
 * Of processor time: an emulated kernel that calibrates its clock sometimes never comes back from it, before its first
 * word. A slow processor takes longer to the first word than a fast one, so each boot of a start gets twice as much.
 */
const HUNG_AFTER_MS = 12_000;
/** One that is not run, or waits for what never comes, is not waited for without end. */
const WALL_FACTOR = 4;
/** Between looks at whether the machine is still there. */
const LOOK_AGAIN_MS = 250;

export interface BootParts {
  readonly run: VmRun;
  readonly ends: MicroVmContext['ends'];
  /** The how manieth boot of this start it is, from one on. */
  readonly boot: number;
  /** Of processor time. */
  readonly bootMs?: number;
  readonly hungMs?: number;
  readonly lookMs?: number;
}

/** Until its agent tells that it listens; or its machine is gone, or takes too long. */
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
  const heard = ready.heard.then(() => true);
  for (let spentMs = 0; spentMs < limitMs; ) {
    signal?.throwIfAborted();
    const pause = new AbortController();
    const passed = delay(lookMs, false, { signal: pause.signal }).catch(() => false);
    const isReady = await Promise.race([heard, passed]);
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
  const why = `its guest agent did not come up within ${limitMs / 1000} s of processor time`;
  throw microVmError.NOT_BOOTED({ container, why });
}

/** Fails with `MICROVM_NOT_BOOTED`, and why it ended, when the machine is no more. */
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

/** Bytes that its console has said, in all its runs. */
export async function consoleSize(logPath: string): Promise<number> {
  return stat(consoleLog(logPath)).then(
    ({ size }) => size,
    () => 0,
  );
}
