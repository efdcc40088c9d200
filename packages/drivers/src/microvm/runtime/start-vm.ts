import { randomBytes } from 'node:crypto';
import { chown, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { type ContainerSpec, containerCgroup, type TapLink } from '@capsule/core';
import { writeBootDisk, writeTemplateDisk } from '../disk/boot-disk.ts';
import { microVmError } from '../errors.ts';
import { ReadySocket } from '../guest/ready-socket.ts';
import type { ProcessEnd } from '../process/start-process.ts';
import { limitCgroup, makeCgroup } from '../process/vm-cgroup.ts';
import type { MadeVm } from '../record/made-vm.ts';
import type { VmRun } from '../record/vm-run.ts';
import { watchedVm } from '../record/watched-vm.ts';
import { chooseVmm } from '../vmm/choose-vmm.ts';
import type { MachineProcess } from '../vmm/vmm.ts';
import { awaitReady, checkAlive, consoleSize } from './await-ready.ts';
import type { MicroVmContext } from './context.ts';
import { describeMachine } from './describe-machine.ts';
import { handOver } from './hand-over.ts';
import { resumeWarm } from './resume-warm.ts';
import { startWriters } from './start-writers.ts';

const GENERATION = 2;
const NANOS_PER_MS = 1_000_000n;

export interface StartHow {
  /** The number of this boot within the start, counted from one. */
  readonly boot: number;
  /** Whether the machine may be resumed from a snapshot. */
  readonly isWarm: boolean;
}

/**
 * Starts a machine and hands its payload over; returns the recorded run. Everything is recorded before it is
 * made, or as it appears, so `endVm` can remove it even after capsuled died.
 */
export async function startVm(
  context: MicroVmContext,
  vm: MadeVm,
  { boot, isWarm }: StartHow,
  signal?: AbortSignal,
): Promise<VmRun> {
  const { records } = context;
  const tap = tapOf(vm.spec);
  const vmm = await chooseVmm(context.vmms, vm.spec);
  const paths = records.paths(vm.id);
  const cgroup = containerCgroup(vm.spec);
  const cgroupFiles = await makeCgroup(context.cgroupRoot, cgroup);
  let run: VmRun = {
    id: vm.id,
    vm: watchedVm(vm),
    vmm: vmm.kind,
    token: randomBytes(32).toString('hex'),
    hasAgent: vm.oci !== undefined,
    processes: [],
    cgroupFiles,
    isStarted: false,
    consoleBegin: await consoleSize(vm.spec.logPath),
  };
  const record = async (process: MachineProcess) => {
    run = { ...run, processes: [...run.processes, process] };
    await records.putRun(run);
  };
  await records.dropRun(vm.id);
  await records.putRun(run);
  await mkdir(paths.sockets, { mode: 0o700 });
  await chown(paths.sockets, tap.uid, tap.uid);
  await limitCgroup(context.cgroupRoot, cgroup, vm.spec.resources);
  using screen = await startWriters(
    {
      logBinary: context.logBinary,
      logPath: vm.spec.logPath,
      vsock: paths.vsock,
      pipePath: join(paths.runFolder, 'pipe'),
      uid: tap.uid,
      cgroupFiles,
    },
    record,
  );
  context.ends.delete(vm.id);
  const onEnd = (end: ProcessEnd) => void context.ends.set(vm.id, end);
  const machine = await describeMachine(context, vm, { cgroupFiles, screen, tap, onEnd });
  await using ready = await ReadySocket.open(paths.vsock, tap.uid);
  const identity = {
    token: run.token,
    hostname: vm.spec.hostname,
    network: tap,
    unixNanos: String(BigInt(Date.now()) * NANOS_PER_MS),
    generation: GENERATION,
  };
  const snapshots = run.hasAgent ? vmm.snapshots : undefined;
  const warm = isWarm && snapshots ? await context.warmStarts.find(snapshots, machine) : undefined;
  const isAlive = () => checkAlive(vm, run, context.ends);
  const untilReady = () => awaitReady(ready, vm, { run, boot, ends: context.ends }, signal);
  if (warm !== undefined && snapshots !== undefined) {
    await writeTemplateDisk(paths.bootDisk);
    const order = { snapshots, machine, warm, identity, record, isAlive, untilReady };
    await resumeWarm(context, order);
  } else {
    if (run.hasAgent) await writeBootDisk(paths.bootDisk, identity);
    await vmm.start(machine, record);
    if (run.hasAgent) await untilReady();
  }
  if (run.hasAgent) await handOver(context, vm, run, signal);
  await checkAlive(vm, run, context.ends);
  run = { ...run, isStarted: true };
  await records.putRun(run);
  if (warm === undefined && snapshots !== undefined) {
    void context.warmStarts.prepare(snapshots, machine);
  }
  return run;
}

function tapOf({ network, ref: { container } }: ContainerSpec): TapLink {
  if (typeof network === 'object' && 'tap' in network) return network.tap;
  throw microVmError.NOT_BOOTED({ container, why: 'it has no link to the bridge' });
}
