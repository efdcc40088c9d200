import { setTimeout as delay } from 'node:timers/promises';
import { KeyedMutex, type RuntimeEvent } from '@capsule/core';
import type { GuestClient } from '../guest/guest-client.ts';
import type { MadeVm } from '../record/made-vm.ts';
import type { VmEnd, VmRun } from '../record/vm-run.ts';
import type { WatchedVm } from '../record/watched-vm.ts';
import type { MicroVmContext } from './context.ts';
import { endVm, lostEnd } from './end-vm.ts';
import { EventFeed } from './event-feed.ts';
import { findCause } from './find-cause.ts';
import { GuestWatch } from './guest-watch.ts';
import { stopPayload } from './stop-vm.ts';
import { isMachineUp } from './vm-seen.ts';

/** The interval of attempts to record the end of a machine. */
const RETRY_MS = 1000;

/** Watches running machines, and handles those that end by themselves. */
export class RunningVms {
  readonly events = new EventFeed();
  readonly #context: MicroVmContext;
  readonly #locks = new KeyedMutex();
  readonly #watches = new Map<string, GuestWatch>();
  /** By the token of the run. */
  readonly #unrecorded = new Map<string, VmEnd>();

  constructor(context: MicroVmContext) {
    this.#context = context;
  }

  /** Locks a microVM; call the returned function to unlock it. */
  hold(id: string, signal?: AbortSignal): Promise<() => void> {
    return this.#locks.acquire(id, signal);
  }

  async withLock<T>(id: string, work: () => Promise<T>): Promise<T> {
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

  /** Starts to watch a machine. Idempotent. */
  follow(vm: WatchedVm, run: VmRun): void {
    if (this.#watches.has(vm.id)) return;
    const { records, silentMs } = this.#context;
    const watch = new GuestWatch({
      run,
      vsock: records.paths(vm.id).vsock,
      lostMs: silentMs,
      onExit: (end) => void this.#untilDone(vm, () => this.#recordExit(vm, end)),
      onDeath: () => void this.#untilDone(vm, () => this.recordLostEnd(vm)),
      onChange: () => this.emit(vm, 'changed'),
      onLost: () => void this.#untilDone(vm, () => this.#endSilent(vm)),
    });
    this.#watches.set(vm.id, watch.start());
  }

  /**
   * Retries until the work succeeds, because the end of a machine is noticed only once: a disk that is full
   * for a while must not hide it. Never throws.
   */
  async #untilDone(vm: WatchedVm, work: () => Promise<void>): Promise<void> {
    const watch = this.#watches.get(vm.id);
    for (;;) {
      try {
        return await work();
      } catch (error) {
        this.#context.onProblem(vm.spec.ref.container, error);
      }
      await delay(RETRY_MS);
      // Another run of the microVM has begun meanwhile.
      if ((this.#watches.get(vm.id) ?? watch) !== watch) return;
    }
  }

  forget(id: string): void {
    this.#watches.get(id)?.[Symbol.dispose]();
    this.#watches.delete(id);
  }

  /**
   * Runs `work` for every guest that is not held. Reports the failure of one guest, and goes on with the
   * others.
   */
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

  /**
   * Ends a run; returns its first reported end. An end that a full disk refuses is remembered for the next call. The
   * caller holds the workload's lock.
   */
  async end(run: VmRun, end: VmEnd): Promise<VmEnd> {
    this.forget(run.id);
    const first = this.withEnd(run).ended ?? end;
    this.#unrecorded.set(run.token, first);
    await endVm(this.#context.records, run, first);
    this.#unrecorded.delete(run.token);
    return first;
  }

  /** Adds the end that the disk refused to record, if there is one. */
  withEnd(run: VmRun): VmRun {
    const ended = run.ended ?? this.#unrecorded.get(run.token);
    return ended === undefined ? run : { ...run, ended };
  }

  /** Records that the machine ended without a request. Idempotent. */
  async recordLostEnd(vm: WatchedVm): Promise<void> {
    await this.withLock(vm.id, async () => {
      const run = await this.#context.records.run(vm.id);
      if (run === undefined || (await isMachineUp(run))) return;
      const fault = await findCause(vm, run, this.#context.ends);
      const { exitCode } = await this.end(run, lostEnd(fault));
      this.emit(vm, 'exited', exitCode);
    });
  }

  emit({ spec }: Pick<WatchedVm, 'spec'>, kind: RuntimeEvent['kind'], exitCode?: number): void {
    const code = exitCode === undefined ? {} : { exitCode };
    this.events.emit({ ref: spec.ref, kind, at: Date.now(), ...code });
  }

  remark({ spec }: Pick<WatchedVm, 'spec'>, remark: NonNullable<RuntimeEvent['remark']>): void {
    this.events.emit({ ref: spec.ref, kind: 'remark', at: Date.now(), remark });
  }

  /** Handles a payload that ended by itself: the guest flushes its disks, then the machine is ended. */
  async #recordExit(vm: WatchedVm, end: VmEnd): Promise<void> {
    await this.withLock(vm.id, async () => {
      const { records } = this.#context;
      const run = await records.run(vm.id);
      if (run === undefined || run.ended !== undefined) return;
      await records.putRun({ ...run, ended: end });
      const guest = this.watch(vm.id)?.guest;
      const how = { graceMs: 0, stopSignal: '' };
      if (guest !== undefined) await stopPayload(guest, vm, how, { isUnresponsive: false });
      await this.end({ ...run, ended: end }, end);
      this.emit(vm, 'exited', end.exitCode);
    });
  }

  /**
   * Ends a machine whose agent has been silent for too long, and so can neither be observed nor controlled.
   */
  async #endSilent(vm: WatchedVm): Promise<void> {
    await this.withLock(vm.id, async () => {
      const run = await this.#context.records.run(vm.id);
      const isSilent = this.watch(vm.id)?.pulse.isSilent ?? false;
      if (run === undefined || run.ended !== undefined || !isSilent) return;
      const fault = `its guest agent did not answer for ${this.#context.silentMs / 1000} s`;
      const { exitCode } = await this.end(run, lostEnd(fault));
      this.emit(vm, 'exited', exitCode);
    });
  }
}
