import { stat } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { microVmError } from '../errors.ts';
import type { ReadySocket } from '../guest/ready-socket.ts';
import { isAlive } from '../process/process-mark.ts';
import type { MadeVm, VmRun } from '../record/vm-record.ts';
import { findCause } from './find-cause.ts';
import { consoleLog } from './start-writers.ts';
import { machineOf } from './vm-seen.ts';

/** An emulated guest among twenty others takes its time; one that hangs is told from it by this alone. */
const BOOT_LIMIT_MS = 120_000;
/** An emulated kernel that calibrates its clock sometimes never comes back from it, before its first word. */
const HUNG_AFTER_MS = 12_000;
/** Between looks at whether the machine is still there. */
const LOOK_AGAIN_MS = 250;

/** Until its agent tells that it listens; or its machine is gone, or takes too long. */
export async function awaitReady(
  ready: ReadySocket,
  vm: MadeVm,
  { run, sizeBefore }: { readonly run: VmRun; readonly sizeBefore: number },
  signal: AbortSignal | undefined,
): Promise<void> {
  const { container } = vm.spec;
  const begunAt = performance.now();
  const until = begunAt + BOOT_LIMIT_MS;
  const heard = ready.heard.then(() => true);
  while (performance.now() < until) {
    signal?.throwIfAborted();
    const pause = new AbortController();
    const passed = delay(LOOK_AGAIN_MS, false, { signal: pause.signal }).catch(() => false);
    const isReady = await Promise.race([heard, passed]);
    pause.abort();
    if (isReady) return;
    await checkAlive(vm, run);
    const isLate = performance.now() - begunAt > HUNG_AFTER_MS;
    if (isLate && (await consoleSize(vm.spec.logPath)) === sizeBefore) {
      throw microVmError.BOOT_HUNG({ container, seconds: HUNG_AFTER_MS / 1000 });
    }
  }
  const why = `its guest agent did not come up within ${BOOT_LIMIT_MS / 1000} s`;
  throw microVmError.NOT_BOOTED({ container, why });
}

/** Fails with `MICROVM_NOT_BOOTED`, and why it ended, when the machine is no more. */
export async function checkAlive({ spec }: MadeVm, run: VmRun): Promise<void> {
  const machine = machineOf(run);
  if (machine !== undefined && (await isAlive(machine))) return;
  const why = await findCause(consoleLog(spec.logPath));
  throw microVmError.NOT_BOOTED({ container: spec.container, why });
}

/** Bytes that its console has said, in all its runs. */
export async function consoleSize(logPath: string): Promise<number> {
  return stat(consoleLog(logPath)).then(
    ({ size }) => size,
    () => 0,
  );
}
