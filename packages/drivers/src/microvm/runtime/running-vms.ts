import { setTimeout as delay } from 'node:timers/promises';
import { KeyedMutex, type RuntimeEvent } from '@capsule/core';
import type { GuestClient } from '../guest/guest-client.ts';
import type { MadeVm } from '../record/made-vm.ts';
import type { VmEnd, VmRun } from '../record/vm-run.ts';
import type { MicroVmContext } from './context.ts';
import { endVm, LOST_CODE, lostEnd } from './end-vm.ts';
import { EventFeed } from './event-feed.ts';
import { findCause } from './find-cause.ts';
import { GuestWatch } from './guest-watch.ts';
import { stopPayload } from './stop-vm.ts';
import { isMachineUp } from './vm-seen.ts';

/** Between tries to write down that a machine has ended. */
const RETRY_MS = 1000;

/** Watches the machines that run, and sees to those that end by themselves. */
export class RunningVms {
  readonly events = new EventFeed();
  readonly #context: MicroVmContext;
  readonly #holds = new KeyedMutex();
  readonly #watches = new Map<string, GuestWatch>();

  constructor(context: MicroVmContext) {
    this.#context = context;
  }

  /** Nobody else works on it until what is answered is called. */
  hold(id: string, signal?: AbortSignal): Promise<() => void> {
    return this.#holds.acquire(id, signal);
  }

  async alone<T>(id: string, work: () => Promise<T>): Promise<T> {
    const release = await this.hold(id);
    try {
      return await work();
    } finally {
      release();
    }
  }

  watch(id: string): GuestWatch | undefined {
    return this.#watches.get(id);
  }

  /** Idempotent. */
  follow(vm: MadeVm, run: VmRun): void {
    if (this.#watches.has(vm.id)) return;
    const { records, silentMs } = this.#context;
    const watch = new GuestWatch({
      run,
      vsock: records.paths(vm.id).vsock,
      lostMs: silentMs,
      onExit: (end) => void this.#untilDone(vm, () => this.#concludes(vm, end)),
      onDeath: () => void this.#untilDone(vm, () => this.recordLostEnd(vm)),
      onChange: () => this.emit(vm, 'changed'),
      onLost: () => void this.#untilDone(vm, () => this.#givesUp(vm)),
    });
    this.#watches.set(vm.id, watch.start());
  }

  /** Nobody sees the end of a machine a second time: a disk that is full for a while must not hide it. Never throws. */
  async #untilDone(vm: MadeVm, work: () => Promise<void>): Promise<void> {
    const watch = this.#watches.get(vm.id);
    for (;;) {
      try {
        return await work();
      } catch (error) {
        this.#context.onProblem(vm.spec.ref.container, error);
      }
      await delay(RETRY_MS);
      // Another run of it has begun meanwhile.
      if ((this.#watches.get(vm.id) ?? watch) !== watch) return;
    }
  }

  forget(id: string): void {
    this.#watches.get(id)?.[Symbol.dispose]();
    this.#watches.delete(id);
  }

  /** What fails in one guest is told, and is no reason to leave out the others. Those that are held are left out. */
  async each(work: (guest: GuestClient, vm: MadeVm) => Promise<void>): Promise<void> {
    const { records, onProblem } = this.#context;
    const visit = async (id: string, { guest, pulse }: GuestWatch) => {
      const vm = await records.made(id);
      if (vm?.oci !== undefined && !pulse.isHeld) await work(guest, vm);
    };
    await Promise.all(
      [...this.#watches].map(([id, watch]) =>
        visit(id, watch).catch((error) => onProblem(id, error)),
      ),
    );
  }

  /** The caller holds the workload's lock. */
  async end(run: VmRun, end: VmEnd): Promise<void> {
    this.forget(run.id);
    await endVm(this.#context.records, run, end);
  }

  /** The machine has ended, and nobody asked it to. Idempotent. */
  async recordLostEnd(vm: MadeVm): Promise<void> {
    await this.alone(vm.id, async () => {
      const run = await this.#context.records.run(vm.id);
      if (run === undefined || (await isMachineUp(run))) return;
      const fault = await findCause(vm, run, this.#context.ends);
      await this.end(run, lostEnd(fault));
      this.emit(vm, 'exited', LOST_CODE);
    });
  }

  emit({ spec }: MadeVm, kind: RuntimeEvent['kind'], exitCode?: number): void {
    const code = exitCode === undefined ? {} : { exitCode };
    this.events.emit({ ref: spec.ref, kind, at: Date.now(), ...code });
  }

  /** The payload has ended by itself: its guest puts everything on its disks, and goes. */
  async #concludes(vm: MadeVm, end: VmEnd): Promise<void> {
    await this.alone(vm.id, async () => {
      const { records } = this.#context;
      const run = await records.run(vm.id);
      if (run === undefined || run.ended !== undefined) return;
      await records.putRun({ ...run, ended: end });
      const guest = this.watch(vm.id)?.guest;
      const how = { graceMs: 0, stopSignal: '' };
      if (guest !== undefined) await stopPayload(guest, vm, how, { isDeaf: false });
      await this.end({ ...run, ended: end }, end);
      this.emit(vm, 'exited', end.exitCode);
    });
  }

  /** Its agent has been silent for too long: nothing that it still does can be seen or asked for. */
  async #givesUp(vm: MadeVm): Promise<void> {
    await this.alone(vm.id, async () => {
      const run = await this.#context.records.run(vm.id);
      const isSilent = this.watch(vm.id)?.pulse.isSilent ?? false;
      if (run === undefined || run.ended !== undefined || !isSilent) return;
      const fault = `its guest agent did not answer for ${this.#context.silentMs / 1000} s`;
      await this.end(run, lostEnd(fault));
      this.emit(vm, 'exited', LOST_CODE);
    });
  }
}
