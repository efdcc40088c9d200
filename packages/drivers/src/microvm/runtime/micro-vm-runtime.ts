import { join } from 'node:path';
import {
  type CellId,
  type ContainerFiles,
  type ContainerPath,
  type ContainerRuntime,
  type ContainerSeen,
  type ContainerSpec,
  type ContainerUsage,
  type ExecRequest,
  type ExecSession,
  isCapsuleError,
  type MachineMonitors,
  type Resources,
  type RuntimeEvent,
  type StopOrder,
  type VolumeBorrowers,
} from '@capsule/core';
import { findLimits } from '../../containerd/cgroup/find-limits.ts';
import { removeCgroups } from '../../containerd/cgroup/remove-cgroups.ts';
import { doing } from '../../containerd/client/rpc-error.ts';
import { containerCgroup } from '../../containerd/oci/oci-spec.ts';
import { containerId } from '../../containerd/runtime/container-id.ts';
import { microVmError } from '../errors.ts';
import type { StoppedRoot } from '../files/describe-root.ts';
import { GuestFiles } from '../files/guest-files.ts';
import { MicroVmFiles, type OpenFiles } from '../files/micro-vm-files.ts';
import { StoppedFiles } from '../files/stopped-files.ts';
import { execInGuest } from '../guest/exec-in-guest.ts';
import { type GuestCalls, GuestClient } from '../guest/guest-client.ts';
import { guestUsage } from '../guest/guest-usage.ts';
import { continueProcess, suspendProcess } from '../process/process-mark.ts';
import { limitCgroup } from '../process/vm-cgroup.ts';
import type { MadeVm, VmEnd, VmRecords, VmRun } from '../record/vm-record.ts';
import type { Vmm } from '../vmm/vmm.ts';
import { setClock } from './agent-pulse.ts';
import { collectDisks } from './collect-disks.ts';
import type { MicroVmContext } from './context.ts';
import { createVm } from './create-vm.ts';
import { holdStill } from './hold-still.ts';
import { putFiles } from './put-files.ts';
import { LOST_CODE, RunningVms } from './running-vms.ts';
import { startVm } from './start-vm.ts';
import { powerDown, stopPayload } from './stop-vm.ts';
import { describeVm, isAnyAlive, isMachineUp, machineOf } from './vm-seen.ts';

const SILENT = 'running, but its guest agent does not answer';
/** Of one start, where the kernel hangs at its first steps. */
const BOOTS_MOST = 4;

/**
 * Workloads behind the wall of a machine of their own. What is true is in the records, in `/proc` and in the guests;
 * a new process takes over where an old one died.
 *
 * INVARIANTS: work on one machine is serial; a machine is said to have ended only when nothing of it is left that
 * could write to its disks.
 */
export class MicroVmRuntime implements ContainerRuntime, MachineMonitors, VolumeBorrowers {
  readonly files: ContainerFiles;
  readonly #context: MicroVmContext;
  readonly #guestFiles: GuestFiles;
  readonly #running: RunningVms;

  constructor(context: MicroVmContext) {
    this.#context = context;
    this.#running = new RunningVms(context);
    this.#guestFiles = new GuestFiles((at) => this.#callsOf(at));
    this.files = new MicroVmFiles((at, signal) => this.#openFiles(at, signal));
  }

  async list(): Promise<readonly ContainerSeen[]> {
    const ids = await this.#context.records.ids();
    const seen = await Promise.all(ids.map((id) => this.#see(id)));
    return seen.filter((one) => one !== undefined);
  }

  inspect(cell: CellId, container: string): Promise<ContainerSeen | undefined> {
    return this.#see(containerId(cell, container));
  }

  async create(spec: ContainerSpec, signal?: AbortSignal): Promise<ContainerSeen> {
    const id = containerId(spec.cell, spec.container);
    return this.#running.alone(id, async () => {
      const socketPath = this.#context.client.socketPath;
      const action = `make the disk of microVM ${spec.container}`;
      const vm = await doing({ action, socketPath, signal }, createVm(this.#context, spec, signal));
      return describeVm(vm, await this.#context.records.run(id));
    });
  }

  async start(cell: CellId, container: string, signal?: AbortSignal): Promise<ContainerSeen> {
    const id = containerId(cell, container);
    return this.#running.alone(id, async () => {
      const vm = await this.#made(id, container);
      const before = await this.#context.records.run(id);
      if (before?.isStarted && before.ended === undefined && (await isAnyAlive(before))) {
        this.#running.follow(vm, before);
        return describeVm(vm, before);
      }
      // What was begun and not finished, or has ended.
      if (before !== undefined) await this.#running.end(before, cutOff());
      const run = await this.#startAgain(vm, signal);
      this.#running.follow(vm, run);
      this.#running.tell(vm, 'started');
      return describeVm(vm, run);
    });
  }

  async stop(cell: CellId, container: string, how: StopOrder): Promise<void> {
    const id = containerId(cell, container);
    await this.#running.alone(id, async () => {
      const vm = await this.#context.records.made(id);
      const run = await this.#context.records.run(id);
      if (vm === undefined || run === undefined) return;
      const isUp = run.ended === undefined && (await isAnyAlive(run));
      const end = isUp ? await this.#ask(vm, run, how) : cutOff();
      await this.#running.end(run, end);
      this.#running.tell(vm, 'exited', end.exitCode);
    });
  }

  pause(cell: CellId, container: string): Promise<void> {
    return this.#hold(containerId(cell, container), true);
  }

  resume(cell: CellId, container: string): Promise<void> {
    return this.#hold(containerId(cell, container), false);
  }

  async update(cell: CellId, container: string, resources: Resources): Promise<void> {
    const id = containerId(cell, container);
    await this.#running.alone(id, async () => {
      const { records, cgroupRoot } = this.#context;
      const vm = await this.#made(id, container);
      const watch = this.#running.watch(id);
      if (watch !== undefined) {
        const cgroup = containerCgroup({ cell, container, role: 'root' });
        await limitCgroup(cgroupRoot, cgroup, resources);
        if (vm.oci !== undefined) {
          await (await watch.guest.calls()).limit({ pids: BigInt(resources.pids ?? 0) });
        }
      }
      await records.make({ ...vm, spec: { ...vm.spec, resources } });
    });
  }

  async exec(cell: CellId, container: string, request: ExecRequest): Promise<ExecSession> {
    const at = { cell, container, path: '/' };
    const vm = await this.#made(containerId(cell, container), container);
    const calls = await this.#callsOf(at);
    return execInGuest({ vm, calls, files: this.#guestFiles, at, request });
  }

  /** Finds what an earlier process of ours has left running, and goes on watching it. */
  async reclaim(): Promise<void> {
    const { records } = this.#context;
    for (const id of await records.ids()) {
      await this.#running.alone(id, async () => {
        const [vm, run] = [await records.made(id), await records.run(id)];
        if (vm === undefined || run === undefined) return;
        const isUp = run.isStarted && run.ended === undefined && (await isAnyAlive(run));
        if (isUp) this.#running.follow(vm, run);
        const machine = machineOf(run);
        if (isUp && run.isPaused && machine !== undefined) await suspendProcess(machine);
      });
    }
    this.refreshFiles();
    await collectDisks(this.#context);
  }

  /** Gives every guest what the files that it has of the capsule hold now: resolvers change. Waits for none. */
  refreshFiles(): void {
    void this.#running.each((guest, { spec }) => putFiles(guest, spec));
  }

  trim(): Promise<void> {
    return this.#running.each(async (guest, { spec }) => {
      if (spec.volumes.length > 0) await (await guest.calls()).trim({});
    });
  }

  async whileStill<T>(
    { cell, container }: { readonly cell: CellId; readonly container: string },
    volume: string,
    work: () => Promise<T>,
  ): Promise<T> {
    const id = containerId(cell, container);
    return this.#running.alone(id, async () => {
      const { records } = this.#context;
      const [vm, run] = [await records.made(id), await records.run(id)];
      const isUp = run?.isStarted && run.ended === undefined && (await isMachineUp(run));
      // One that is paused until there is room must not write: what it holds is as after a power cut.
      if (vm === undefined || run === undefined || !isUp || run.isPaused) return work();
      this.#running.follow(vm, run);
      const guest = this.#running.watch(id)?.guest;
      return guest === undefined ? work() : holdStill({ guest, container, volume }, work);
    });
  }

  async usage(cell: CellId, container: string): Promise<ContainerUsage | undefined> {
    const watch = this.#running.watch(containerId(cell, container));
    return watch === undefined ? undefined : guestUsage(watch.guest);
  }

  limits(): Promise<ReadonlySet<keyof Resources>> {
    return findLimits(this.#context.cgroupRoot);
  }

  async remove(cell: CellId, container: string, signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    const id = containerId(cell, container);
    await this.#running.alone(id, async () => {
      const { records, cgroupRoot } = this.#context;
      const run = await records.run(id);
      const vm = await records.made(id);
      if (run !== undefined) await this.#running.end(run, cutOff());
      await removeCgroups(cgroupRoot, containerCgroup({ cell, container, role: 'root' }));
      await records.remove(id);
      if (vm === undefined) return;
      await collectDisks(this.#context);
      this.#running.tell(vm, 'deleted');
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
    const states = await Promise.all(
      this.#context.vmms.map(async (vmm) => ({ kind: vmm.kind, ...(await vmm.probe()) })),
    );
    const usable = states.find(({ ok }) => ok);
    const others = states.filter(({ ok }) => !ok).map(({ detail }) => detail);
    const detail = [usable?.detail, ...others].filter((text) => text !== undefined).join('; ');
    return { ...(usable && { kind: usable.kind }), detail };
  }

  async #startAgain(vm: MadeVm, signal: AbortSignal | undefined): Promise<VmRun> {
    for (let boot = 1; ; boot += 1) {
      try {
        return await this.#start(vm, signal);
      } catch (error) {
        const isHung = isCapsuleError(error) && error.code === microVmError.BOOT_HUNG.code;
        if (!isHung || boot === BOOTS_MOST) throw error;
      }
    }
  }

  async #start(vm: MadeVm, signal: AbortSignal | undefined): Promise<VmRun> {
    const { records } = this.#context;
    try {
      const run = await startVm(this.#context, vm, signal);
      if (vm.spec.volumes.some(({ copyUp }) => copyUp)) await records.make(withoutCopies(vm));
      return run;
    } catch (error) {
      const run = await records.run(vm.id);
      if (run !== undefined) await this.#running.end(run, cutOff());
      // A start that failed is not a run that ended.
      await records.dropRun(vm.id);
      throw error;
    }
  }

  async #ask(vm: MadeVm, run: VmRun, how: StopOrder): Promise<VmEnd> {
    const vmm = this.#vmmOf(run);
    const { control, vsock } = this.#context.records.paths(vm.id);
    const process = machineOf(run);
    if (run.isPaused && process !== undefined) await continueProcess(process);
    if (!run.hasAgent) return powerDown(vmm, run, control, how.graceMs);
    // After a stop that was asked for, nobody is told of the exit a second time.
    const isDeaf = this.#running.watch(vm.id)?.pulse.isDeaf ?? false;
    this.#running.forget(vm.id);
    using guest = new GuestClient({ vsock, token: run.token });
    return await stopPayload(guest, vm, how, { isDeaf });
  }

  async #hold(id: string, isPaused: boolean): Promise<void> {
    await this.#running.alone(id, async () => {
      const { records } = this.#context;
      const run = await records.run(id);
      const isUp = run?.isStarted && run.ended === undefined && (await isAnyAlive(run));
      const vm = await records.made(id);
      const process = run && machineOf(run);
      if (vm === undefined || process === undefined || !isUp) return;
      if ((run?.isPaused ?? false) === isPaused) return;
      const watch = this.#running.watch(id);
      if (isPaused) {
        if (watch !== undefined) watch.pulse.isHeld = true;
        // Written first: one that stands still and is not known to would be taken for one that is lost.
        await records.putRun({ ...run, isPaused });
        await suspendProcess(process);
      } else {
        await continueProcess(process);
        await records.putRun({ ...run, isPaused });
        if (watch !== undefined) await this.#catchesUp(watch.guest, vm);
        if (watch !== undefined) watch.pulse.isHeld = false;
      }
      this.#running.tell(vm, 'changed');
    });
  }

  /** Time and files went on while it stood still. */
  async #catchesUp(guest: GuestClient, { spec }: MadeVm): Promise<void> {
    await setClock(guest);
    await putFiles(guest, spec).catch((error) => this.#context.onProblem(spec.container, error));
  }

  async #see(id: string): Promise<ContainerSeen | undefined> {
    const { records } = this.#context;
    const vm = await records.made(id);
    if (vm === undefined) return undefined;
    const run = await records.run(id);
    if (run?.isStarted && run.ended === undefined && !(await isMachineUp(run))) {
      await this.#running.buries(vm);
      return describeVm(vm, await records.run(id));
    }
    const isSilent = this.#running.watch(id)?.pulse.isSilent ?? false;
    return describeVm(vm, run, isSilent ? SILENT : undefined);
  }

  async #made(id: string, container: string): Promise<MadeVm> {
    const vm = await this.#context.records.made(id);
    if (vm === undefined) throw microVmError.NOT_MADE({ container });
    return vm;
  }

  #vmmOf({ vmm: kind }: VmRun): Vmm {
    const vmm = this.#context.vmms.find((one) => one.kind === kind);
    if (vmm === undefined)
      throw microVmError.NO_VMM({ container: kind, detail: 'it is not known' });
    return vmm;
  }

  /** One that does not run is not started before its files are given back. */
  async #openFiles({ cell, container }: ContainerPath, signal?: AbortSignal): Promise<OpenFiles> {
    const id = containerId(cell, container);
    const { records, filesBinary } = this.#context;
    const release = await this.#running.hold(id, signal);
    try {
      const [vm, run] = [await this.#made(id, container), await records.run(id)];
      if (vm.imageDisk === undefined) throw microVmError.NO_AGENT({ container });
      if (run !== undefined && run.ended === undefined && (await isMachineUp(run))) {
        release();
        return { files: this.#guestFiles, release };
      }
      if (run !== undefined) await this.#running.end(run, cutOff());
      return { files: new StoppedFiles({ filesBinary, root: stoppedRoot(vm, records) }), release };
    } catch (error) {
      release();
      throw error;
    }
  }

  async #callsOf({ cell, container }: ContainerPath): Promise<GuestCalls> {
    const id = containerId(cell, container);
    const vm = await this.#made(id, container);
    if (vm.oci === undefined) throw microVmError.NO_AGENT({ container });
    const watch = this.#running.watch(id);
    if (watch === undefined) throw microVmError.NOT_RUNNING({ container });
    return watch.guest.calls();
  }
}

/** Of what had not begun, or is being taken down whatever it does. */
function cutOff(): VmEnd {
  return { exitCode: LOST_CODE, at: Date.now() };
}

/** What was copied once is not copied into a volume that somebody has emptied since. */
function withoutCopies(vm: MadeVm): MadeVm {
  const volumes = vm.spec.volumes.map((volume) => ({ ...volume, copyUp: false }));
  return { ...vm, spec: { ...vm.spec, volumes } };
}

function stoppedRoot({ id, imageDisk = '', oci }: MadeVm, records: VmRecords): StoppedRoot {
  const { disk, view } = records.paths(id);
  const places = {
    image: join(view, 'image'),
    writable: join(view, 'writable'),
    root: join(view, 'root'),
  };
  return { imageDisk, writableDisk: disk, places, isReadOnly: oci?.root.readonly ?? false };
}
