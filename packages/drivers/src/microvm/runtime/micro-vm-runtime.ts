import {
  type ContainerFiles,
  type ContainerPath,
  type ContainerRef,
  type ContainerRuntime,
  type ContainerSeen,
  type ContainerSpec,
  type ContainerUsage,
  containerCgroup,
  type ExecRequest,
  type ExecSession,
  type GuestVolumes,
  isCapsuleError,
  type MachineMonitors,
  type Resources,
  type RunningContainer,
  type RuntimeEvent,
  type StopOrder,
} from '@capsule/core';
import { findLimits } from '../../cgroup/find-limits.ts';
import { removeCgroups } from '../../cgroup/remove-cgroups.ts';
import { containerId } from '../../oci/container-id.ts';
import { programError } from '../../oci/errors.ts';
import { microVmError } from '../errors.ts';
import { GuestFiles } from '../files/guest-files.ts';
import { MicroVmFiles } from '../files/micro-vm-files.ts';
import { execInGuest } from '../guest/exec-in-guest.ts';
import type { GuestCalls } from '../guest/guest-client.ts';
import { guestUsage } from '../guest/guest-usage.ts';
import { limitGuest } from '../guest/limit-guest.ts';
import { suspendProcess } from '../process/process-mark.ts';
import { limitCgroup } from '../process/vm-cgroup.ts';
import { orDamage } from '../record/json-file.ts';
import type { MadeVm } from '../record/made-vm.ts';
import { preferredVmm } from '../vmm/choose-vmm.ts';
import { askToStop } from './ask-to-stop.ts';
import { bringUp } from './bring-up.ts';
import { collectDisks, disksWithoutImage, pruneDisks } from './collect-disks.ts';
import type { MicroVmContext } from './context.ts';
import { createVm } from './create-vm.ts';
import { describeDamaged } from './damaged-vm.ts';
import { endUnknown } from './end-unknown.ts';
import { lostEnd } from './end-vm.ts';
import { openFiles } from './open-files.ts';
import { pauseVm, resumeVm } from './pause-vm.ts';
import { putFiles } from './put-files.ts';
import { RunningVms } from './running-vms.ts';
import { describeVm, isAnyAlive, isMachineUp, machineOf } from './vm-seen.ts';
import type { VmWork } from './vm-work.ts';
import { whileFrozen } from './while-frozen.ts';

const SILENT = 'running, but its guest agent does not answer';

/**
 * Runs workloads in virtual machines of their own. Their state is in the records, in `/proc` and in the
 * guests, so a new capsuled continues where an old one died.
 *
 * INVARIANTS: work on one machine is serial; a machine is reported as ended only when nothing of it is left
 * that could write to its disks.
 */
export class MicroVmRuntime implements ContainerRuntime, MachineMonitors, GuestVolumes {
  readonly files: ContainerFiles;
  readonly #context: MicroVmContext;
  readonly #guestFiles: GuestFiles;
  readonly #running: RunningVms;

  constructor(context: MicroVmContext) {
    this.#context = context;
    this.#running = new RunningVms(context);
    const guestFiles = new GuestFiles((at) => this.#callsOf(at));
    this.#guestFiles = guestFiles;
    this.files = new MicroVmFiles(({ ref }, signal) =>
      openFiles(this.#work, { ref, guestFiles }, signal),
    );
  }

  async list(): Promise<readonly ContainerSeen[]> {
    const ids = await this.#context.records.ids();
    const seen = await Promise.all(ids.map((id) => this.#see(id)));
    return seen.filter((one) => one !== undefined);
  }

  inspect(ref: ContainerRef): Promise<ContainerSeen | undefined> {
    return this.#see(containerId(ref), ref);
  }

  async create(spec: ContainerSpec, signal?: AbortSignal): Promise<ContainerSeen> {
    const id = containerId(spec.ref);
    return this.#running.withLock(id, async () => {
      const action = `make the disk of microVM ${spec.ref.container}`;
      const made = createVm(this.#context, spec, signal);
      const vm = await this.#context.images.translateErrors(action, made, signal);
      return describeVm(vm, await this.#context.records.run(id));
    });
  }

  async start(ref: ContainerRef, signal?: AbortSignal): Promise<ContainerSeen> {
    const id = containerId(ref);
    return this.#running.withLock(id, async () => {
      const vm = await this.#made(ref);
      const before = await this.#context.records.run(id);
      if (before?.isStarted && before.ended === undefined && (await isAnyAlive(before))) {
        this.#running.follow(vm, before);
        return describeVm(vm, before);
      }
      // The run of an interrupted start, or one that has ended.
      if (before !== undefined) await this.#running.end(before, lostEnd());
      const run = await bringUp(this.#work, vm, signal);
      this.#running.follow(vm, run);
      this.#running.emit(vm, 'started');
      return describeVm(vm, run);
    });
  }

  async stop(ref: ContainerRef, how: StopOrder, abort?: AbortSignal): Promise<void> {
    const id = containerId(ref);
    await this.#running.withLock(id, async () => {
      abort?.throwIfAborted();
      const { records } = this.#context;
      const [vm, run] = [await records.watched(id, ref), await orDamage(records.run(id))];
      if (vm === undefined || run === undefined) return;
      if (isCapsuleError(run)) return endUnknown(this.#work, vm);
      const isUp = run.ended === undefined && (await isAnyAlive(run));
      const end = isUp ? await askToStop(this.#work, vm, run, { ...how, abort }) : lostEnd();
      const { exitCode } = await this.#running.end(run, end);
      this.#running.emit(vm, 'exited', exitCode);
    });
  }

  pause(ref: ContainerRef): Promise<void> {
    return pauseVm(this.#work, containerId(ref));
  }

  resume(ref: ContainerRef): Promise<void> {
    return resumeVm(this.#work, containerId(ref));
  }

  async update(ref: ContainerRef, resources: Resources): Promise<void> {
    const id = containerId(ref);
    await this.#running.withLock(id, async () => {
      const { records, cgroupRoot } = this.#context;
      const vm = await this.#made(ref);
      const watch = this.#running.watch(id);
      if (watch !== undefined) {
        const cgroup = containerCgroup(vm.spec);
        await limitCgroup(cgroupRoot, cgroup, resources);
        // A paused guest gets its limits when it resumes.
        if (vm.oci !== undefined && !watch.pulse.isHeld) await limitGuest(watch.guest, resources);
      }
      await records.make({ ...vm, spec: { ...vm.spec, resources } });
    });
  }

  async exec(ref: ContainerRef, request: ExecRequest): Promise<ExecSession> {
    const at = { ref, path: '/' };
    const vm = await this.#made(ref);
    const calls = await this.#callsOf(at);
    return execInGuest({ vm, calls, files: this.#guestFiles, at, request });
  }

  /** Finds the machines that an earlier capsuled has left running, and watches them again. */
  async reclaim(): Promise<void> {
    const { records } = this.#context;
    for (const id of await records.ids()) {
      await this.#attemptLocked(id, async () => {
        const [vm, run] = [await records.watched(id), await records.run(id)];
        if (vm === undefined || run === undefined) return;
        const isUp = run.isStarted && run.ended === undefined && (await isAnyAlive(run));
        if (isUp) this.#running.follow(vm, run);
        const machine = machineOf(run);
        if (isUp && run.isPaused && machine !== undefined) await suspendProcess(machine);
      });
    }
    this.refreshFiles();
    for (const id of await records.ids()) {
      await this.#attemptLocked(id, () => records.renew(id));
    }
    await collectDisks(this.#context);
    await this.#attempt('template', () => this.#context.warmStarts.clear());
  }

  /** Nothing to do: the agent ends a process when the connection of its caller ends. */
  async endAbandoned(): Promise<void> {}

  /** Updates the capsule's files in every guest, after resolvers changed. Does not wait. */
  refreshFiles(): void {
    void this.#running.each((guest, { spec }) => putFiles(guest, spec));
  }

  trim(): Promise<void> {
    return this.#running.each(async (guest, { spec }) => {
      if (spec.volumes.length > 0) await (await guest.calls()).trim({});
    });
  }

  async whileStill<T>(ref: ContainerRef, volume: string, work: () => Promise<T>): Promise<T> {
    const id = containerId(ref);
    return this.#running.withLock(id, async () => {
      const { records } = this.#context;
      const [vm, run] = [await records.watched(id, ref), await records.run(id)];
      const isUp = run?.isStarted && run.ended === undefined && (await isMachineUp(run));
      // A guest that is paused for lack of space must not write: the volume is as after a power cut.
      if (vm === undefined || run === undefined || !isUp || run.isPaused) return work();
      this.#running.follow(vm, run);
      const guest = this.#running.watch(id)?.guest;
      return guest === undefined
        ? work()
        : whileFrozen({ guest, container: ref.container, volume }, work);
    });
  }

  async usage({ ref }: RunningContainer): Promise<ContainerUsage | undefined> {
    const watch = this.#running.watch(containerId(ref));
    if (watch === undefined || watch.pulse.isHeld || watch.pulse.isUnresponsive) return undefined;
    return guestUsage(watch.guest);
  }

  limits(): Promise<ReadonlySet<keyof Resources>> {
    return findLimits(this.#context.cgroupRoot);
  }

  async remove(ref: ContainerRef, signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    const id = containerId(ref);
    await this.#running.withLock(id, async () => {
      const { records, cgroupRoot } = this.#context;
      const run = await orDamage(records.run(id));
      const vm = await records.watched(id, ref);
      if (isCapsuleError(run))
        await endUnknown(this.#work, vm ?? { id, spec: { ref, role: 'root' } });
      else if (run !== undefined) await this.#running.end(run, lostEnd());
      if (vm === undefined) return records.remove(id);
      await removeCgroups(cgroupRoot, containerCgroup(vm.spec));
      // Listed while the record exists, so that after a failure the next call finds everything.
      const unused = await disksWithoutImage(this.#context);
      await records.remove(id);
      this.#context.ends.delete(id);
      this.#running.emit(vm, 'deleted');
      // `reclaim` collects disks that a kill at this moment leaves.
      await pruneDisks(this.#context, unused);
    });
  }

  events(signal: AbortSignal): AsyncIterable<RuntimeEvent> {
    return this.#running.events.follow(signal);
  }

  async probe(): Promise<{ readonly ok: boolean; readonly detail: string }> {
    const { kind, detail } = await this.monitor();
    return { ok: kind !== undefined, detail };
  }

  async monitor(): ReturnType<MachineMonitors['monitor']> {
    return preferredVmm(this.#context.vmms);
  }

  /**
   * Returns the memory, in MiB, without which a guest does not boot here. Fails on a capsule without guest
   * files.
   */
  leastMib(): Promise<number> {
    return this.#context.guestImage.leastMib();
  }

  get #work(): VmWork {
    return { context: this.#context, running: this.#running };
  }

  /** Reports a failure of work on one microVM, which must not keep the others from theirs. */
  async #attempt(name: string, work: () => Promise<void>): Promise<void> {
    await work().catch((error) => this.#context.onProblem(name, error));
  }

  #attemptLocked(id: string, work: () => Promise<void>): Promise<void> {
    return this.#attempt(id, () => this.#running.withLock(id, work));
  }

  async #see(id: string, ref?: ContainerRef): Promise<ContainerSeen | undefined> {
    const { records } = this.#context;
    const vm = await orDamage(records.made(id));
    if (vm === undefined) return undefined;
    const run = await orDamage(records.run(id));
    if (isCapsuleError(vm) || isCapsuleError(run)) {
      return describeDamaged(id, { made: vm, run, ...(ref && { ref }) });
    }
    const known = run && this.#running.withEnd(run);
    if (known?.isStarted && known.ended === undefined && !(await isMachineUp(known))) {
      await this.#attempt(vm.spec.ref.container, () => this.#running.recordLostEnd(vm));
      const now = await records.run(id);
      return describeVm(vm, now && this.#running.withEnd(now));
    }
    const isSilent = this.#running.watch(id)?.pulse.isSilent ?? false;
    return describeVm(vm, known, isSilent ? SILENT : undefined);
  }

  async #made(ref: ContainerRef): Promise<MadeVm> {
    const vm = await this.#context.records.made(containerId(ref));
    if (vm === undefined) throw microVmError.NOT_MADE({ container: ref.container });
    return vm;
  }

  async #callsOf({ ref }: ContainerPath): Promise<GuestCalls> {
    const { container } = ref;
    const vm = await this.#made(ref);
    if (vm.oci === undefined) throw microVmError.NO_AGENT({ container });
    const watch = this.#running.watch(vm.id);
    if (watch === undefined) throw microVmError.NOT_RUNNING({ container });
    const { guest, pulse } = watch;
    if (pulse.isHeld) throw programError.PAUSED({ container });
    if (pulse.isUnresponsive) throw microVmError.AGENT_SILENT({ container, detail: SILENT });
    return guest.calls();
  }
}
