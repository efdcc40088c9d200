import { setTimeout as delay } from 'node:timers/promises';
import type { StopOrder } from '@capsule/core';
import { parseStopSignal } from '../../oci/stop-signal.ts';
import type { GuestClient } from '../guest/guest-client.ts';
import { isProcessAlive } from '../process/process-mark.ts';
import type { VmEnd, VmRun } from '../record/vm-run.ts';
import type { WatchedVm } from '../record/watched-vm.ts';
import type { Vmm } from '../vmm/vmm.ts';
import { describeEnd, hasEnded } from './guest-watch.ts';
import { machineOf } from './vm-seen.ts';

/** In addition to the grace period, for unmounting and syncing: writes to a slow disk must not be lost. */
const FLUSH_LIMIT_MS = 60_000;
/** The limit of a guest that has not answered for a while. */
const UNRESPONSIVE_LIMIT_MS = 2_000;
const LOOK_AGAIN_MS = 20;
const KILLED = 137;

/**
 * Makes the guest end its payload and flush its disks. Returns how the payload ended; the machine still runs
 * then, and has nothing left to lose. A guest that does not answer counts as killed. Aborting ends the wait,
 * and the machine goes on.
 */
export async function stopPayload(
  guest: GuestClient,
  vm: WatchedVm,
  { graceMs, stopSignal }: StopOrder,
  {
    isUnresponsive,
    abort,
  }: { readonly isUnresponsive: boolean; readonly abort?: AbortSignal | undefined },
): Promise<VmEnd> {
  const signal = parseStopSignal(stopSignal === '' ? vm.stopSignal : stopSignal);
  const graceSeconds = Math.floor(graceMs / 1000);
  try {
    const calls = await guest.calls();
    const flushMs = isUnresponsive ? UNRESPONSIVE_LIMIT_MS : FLUSH_LIMIT_MS;
    await calls.stop(
      { graceSeconds, graceMs: graceMs % 1000, signal },
      { timeoutMs: graceMs + flushMs, ...(abort && { signal: abort }) },
    );
    const status = await calls.status({});
    return hasEnded(status) ? describeEnd(status) : { exitCode: KILLED, at: Date.now() };
  } catch (error) {
    // Another stop replaces this one; the payload still runs.
    abort?.throwIfAborted();
    const why = error instanceof Error ? error.message : String(error);
    const fault = `killed, because its guest agent did not answer: ${why.slice(0, 120)}`;
    return { exitCode: KILLED, at: Date.now(), fault };
  }
}

/** Presses the power button of a machine without an agent, and waits. */
export async function powerDown(
  vmm: Vmm,
  run: VmRun,
  control: string,
  { graceMs, abort }: { readonly graceMs: number; readonly abort?: AbortSignal | undefined },
): Promise<VmEnd> {
  const machine = machineOf(run);
  const isUp = async () => machine !== undefined && (await isProcessAlive(machine));
  // A machine without ACPI ignores the button, and can only be killed.
  if (graceMs > 0) await vmm.powerDown(control).catch(() => undefined);
  for (let waited = 0; waited < graceMs && (await isUp()); waited += LOOK_AGAIN_MS) {
    await delay(LOOK_AGAIN_MS, undefined, { ...(abort && { signal: abort }) });
  }
  return { exitCode: (await isUp()) ? KILLED : 0, at: Date.now() };
}
