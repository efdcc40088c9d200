import { randomBytes } from 'node:crypto';
import { chmod, chown, copyFile, mkdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { ContainerSpec, TapLink } from '@capsule/core';
import { containerCgroup } from '../../containerd/oci/oci-spec.ts';
import { writeBootDisk } from '../disk/boot-disk.ts';
import { microVmError } from '../errors.ts';
import { networkSysctls } from '../guest/describe-payload.ts';
import { GuestClient } from '../guest/guest-client.ts';
import { ReadySocket } from '../guest/ready-socket.ts';
import { isAlive } from '../process/process-mark.ts';
import { limitCgroup, makeCgroup } from '../process/vm-cgroup.ts';
import type { MadeVm, VmRun } from '../record/vm-record.ts';
import type { Machine, MachineDisk, MachineProcess, Vmm } from '../vmm/vmm.ts';
import type { MicroVmContext } from './context.ts';
import { describeStartFailure } from './describe-start-failure.ts';
import { findCause } from './find-cause.ts';
import { readFiles } from './put-files.ts';
import { consoleLog, startWriters } from './start-writers.ts';
import { machineOf } from './vm-seen.ts';

const GENERATION = 2;
/** An emulated guest among twenty others takes its time; one that hangs is told from it by this alone. */
const BOOT_LIMIT_MS = 120_000;
/** An emulated kernel that calibrates its clock sometimes never comes back from it, before its first word. */
const HUNG_AFTER_MS = 12_000;
/** Between looks at whether the machine is still there. */
const LOOK_AGAIN_MS = 250;
const NANOS_PER_MS = 1_000_000n;
/** Panics end the machine, instead of leaving it standing there. */
const COMMAND_LINE = 'console=ttyS0 quiet loglevel=4 panic=-1';
/** Of a prebuilt pair: as Linux finds it on the first disk. */
const PAIR_COMMAND_LINE = 'console=ttyS0 panic=-1 root=/dev/vda rw';
const FIRST_VOLUME = 3;

/**
 * Boots a machine and hands its payload over; answers the run as it is recorded. Everything that is made is written
 * down before or as it appears, so that `endVm` takes it away, whatever happens to us.
 */
export async function startVm(
  context: MicroVmContext,
  vm: MadeVm,
  signal?: AbortSignal,
): Promise<VmRun> {
  const { records } = context;
  const { container } = vm.spec;
  const tap = tapOf(vm.spec);
  const vmm = await chooseVmm(context, vm.spec);
  const paths = records.paths(vm.id);
  const cgroup = containerCgroup({ ...vm.spec, role: 'root' });
  const cgroupFiles = await makeCgroup(context.cgroupRoot, cgroup);
  let run: VmRun = {
    id: vm.id,
    vmm: vmm.kind,
    token: randomBytes(32).toString('hex'),
    hasAgent: vm.oci !== undefined,
    processes: [],
    cgroupFiles,
    isStarted: false,
  };
  const tell = async (process: MachineProcess) => {
    run = { ...run, processes: [...run.processes, process] };
    await records.putRun(run);
  };
  await records.dropRun(vm.id);
  await records.putRun(run);
  await mkdir(paths.sockets, { mode: 0o700 });
  await chown(paths.sockets, tap.uid, tap.uid);
  await limitCgroup(context.cgroupRoot, cgroup, vm.spec.resources);
  if (run.hasAgent) {
    await writeBootDisk(paths.bootDisk, {
      token: run.token,
      hostname: vm.spec.hostname,
      network: tap,
      unixNanos: String(BigInt(Date.now()) * NANOS_PER_MS),
      generation: GENERATION,
    });
  }
  using screen = await startWriters(
    {
      logBinary: context.logBinary,
      logPath: vm.spec.logPath,
      vsock: paths.vsock,
      pipePath: join(paths.runFolder, 'pipe'),
      uid: tap.uid,
      cgroupFiles,
    },
    tell,
  );
  const machine = await describeMachine(context, vm, { cgroupFiles, screen, tap });
  const sizeBefore = await sizeOf(consoleLog(vm.spec.logPath));
  await using ready = await ReadySocket.open(paths.vsock, tap.uid);
  await vmm.start(machine, tell);
  if (run.hasAgent) {
    await untilReady(ready, vm, { run, sizeBefore }, signal);
    await handOver(context, vm, run, signal);
  }
  await checkAlive(container, vm, run);
  run = { ...run, isStarted: true };
  await records.putRun(run);
  return run;
}

function tapOf({ network, container }: ContainerSpec): TapLink {
  if (typeof network === 'object' && 'tap' in network) return network.tap;
  throw microVmError.NOT_BOOTED({ container, why: 'it has no link to the bridge' });
}

async function chooseVmm(
  { vmms }: MicroVmContext,
  { container, microVm }: ContainerSpec,
): Promise<Vmm> {
  const backend = microVm?.backend ?? 'auto';
  const details: string[] = [];
  for (const vmm of vmms.filter(({ kind }) => backend === 'auto' || kind === backend)) {
    const { ok, detail } = await vmm.probe();
    if (ok) return vmm;
    details.push(detail);
  }
  throw microVmError.NO_VMM({ container, detail: details.join('; ') });
}

async function describeMachine(
  { records, guestImage }: MicroVmContext,
  vm: MadeVm,
  given: Pick<Machine, 'cgroupFiles' | 'screen' | 'tap'>,
): Promise<Machine> {
  const { spec } = vm;
  const { vcpus = 1, memoryMib = 256, kernelCmdlineExtra = '' } = spec.microVm ?? {};
  const { runFolder, vsock, vhost, control } = records.paths(vm.id);
  const words = vm.oci === undefined ? PAIR_COMMAND_LINE : COMMAND_LINE;
  return {
    ...given,
    name: spec.container,
    settings: { vcpus, memoryMib },
    commandLine: `${words} ${kernelCmdlineExtra}`.trim(),
    folder: runFolder,
    sockets: { vsock, vhost, control },
    disks: disksOf(vm, records.paths(vm.id)),
    ...(vm.oci === undefined
      ? { kernel: await ownKernel(spec, runFolder) }
      : await guestImage.read()),
  };
}

function disksOf(
  { spec, imageDisk }: MadeVm,
  { bootDisk, disk }: { readonly bootDisk: string; readonly disk: string },
): readonly MachineDisk[] {
  if (imageDisk === undefined) return [{ path: spec.microVm?.rootfsPath ?? '', readOnly: false }];
  return [
    { path: bootDisk, readOnly: true },
    { path: imageDisk, readOnly: true, isShared: true },
    { path: disk, readOnly: false },
    ...spec.volumes.map(({ source, readOnly }) => ({ path: source, readOnly })),
  ];
}

/** The monitor runs as a user who may not read the user's files; this copy goes with the run. */
async function ownKernel({ container, microVm }: ContainerSpec, folder: string): Promise<string> {
  const path = microVm?.kernelPath ?? '';
  const copy = join(folder, 'kernel');
  await copyFile(path, copy).catch((cause) => {
    throw microVmError.FILE_MISSING({ container, path }, cause);
  });
  await chmod(copy, 0o444);
  return copy;
}

async function handOver(
  { records }: MicroVmContext,
  vm: MadeVm,
  run: VmRun,
  signal: AbortSignal | undefined,
): Promise<void> {
  using guest = new GuestClient({ vsock: records.paths(vm.id).vsock, token: run.token });
  const { spec, oci } = vm;
  const { args = [], env = [], cwd = '/' } = oci?.process ?? {};
  const files = await readFiles(spec);
  try {
    const calls = await guest.calls();
    await calls.startPayload({
      imageBlockDevice: device(1),
      payloadBlockDevice: device(2),
      command: [...args],
      env: [...env],
      workingDir: cwd,
      chroot: true,
      runtimeSpec: Buffer.from(JSON.stringify(oci)),
      files,
      sysctls: networkSysctls(spec),
      mounts: spec.volumes.map(({ name, target, readOnly, copyUp }, index) => ({
        ...{ name, readOnly, copyUp },
        device: device(FIRST_VOLUME + index),
        mountPath: target,
        fstype: 'ext4',
      })),
    });
  } catch (error) {
    signal?.throwIfAborted();
    await checkAlive(spec.container, vm, run);
    throw describeStartFailure(spec.container, error);
  }
}

/** The first disk is `/dev/vda`. */
function device(index: number): string {
  return `/dev/vd${String.fromCharCode('a'.charCodeAt(0) + index)}`;
}

/** Until its agent tells that it listens; or its machine is gone, or takes too long. */
async function untilReady(
  ready: ReadySocket,
  vm: MadeVm,
  { run, sizeBefore }: { readonly run: VmRun; readonly sizeBefore: number },
  signal: AbortSignal | undefined,
): Promise<void> {
  const { container } = vm.spec;
  const screen = consoleLog(vm.spec.logPath);
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
    await checkAlive(container, vm, run);
    const isLate = performance.now() - begunAt > HUNG_AFTER_MS;
    if (isLate && (await sizeOf(screen)) === sizeBefore) {
      throw microVmError.BOOT_HUNG({ container, seconds: HUNG_AFTER_MS / 1000 });
    }
  }
  const why = `its guest agent did not come up within ${BOOT_LIMIT_MS / 1000} s`;
  throw microVmError.NOT_BOOTED({ container, why });
}

async function checkAlive(container: string, vm: MadeVm, run: VmRun): Promise<void> {
  const machine = machineOf(run);
  if (machine !== undefined && (await isAlive(machine))) return;
  throw microVmError.NOT_BOOTED({ container, why: await findCause(consoleLog(vm.spec.logPath)) });
}

async function sizeOf(path: string): Promise<number> {
  return stat(path).then(
    ({ size }) => size,
    () => 0,
  );
}
