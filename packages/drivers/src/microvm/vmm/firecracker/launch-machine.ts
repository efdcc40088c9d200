import { chown, mkdir, realpath, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { run } from '@capsule/host';
import { microVmError } from '../../errors.ts';
import type { ProcessMark } from '../../process/process-mark.ts';
import { startProcess } from '../../process/start-process.ts';
import type { DeviceLimits } from '../device-limits.ts';
import { OpenDisks } from '../open-disks.ts';
import type { Machine, RecordProcess, SnapshotFiles } from '../vmm.ts';
import { awaitProcess } from './await-process.ts';
import type { ElfKernels } from './elf-kernels.ts';
import { describeJail, type JailBoot } from './jail.ts';
import { lendDisks } from './lend-disks.ts';
import { describeFirecracker } from './machine-config.ts';

export interface FirecrackerPrograms {
  /** Node's name of the architecture. */
  readonly architecture: string;
  /** Contains `firecracker` and `jailer`. */
  readonly folder: string;
  readonly kernels: ElfKernels;
  readonly limits: DeviceLimits | undefined;
}

export type Launch =
  | { readonly kind: 'boot' }
  /** `folder`: the machine's user gets it, and may write a snapshot there. */
  | { readonly kind: 'template'; readonly folder: string }
  | { readonly kind: 'resume'; readonly snapshot: SnapshotFiles };

/**
 * Starts Firecracker in a jail, with the machine's disks. A failure leaves the processes that were recorded.
 * Firecracker is still creating a machine that boots when this resolves. Its API must not be called then: a request
 * that waits when the creation fails makes Firecracker panic, and hides the reason.
 */
export async function launchMachine(
  programs: FirecrackerPrograms,
  machine: Machine,
  how: Launch,
  record: RecordProcess,
): Promise<void> {
  const { name, folder, screen, cgroupFiles } = machine;
  const [place, pidFile] = [join(folder, 'jail'), join(folder, 'machine.pid')];
  await mkdir(place, { recursive: true });
  await using disks = await OpenDisks.open(name, machine.disks);
  const holder = await holdDisks(machine, disks);
  await record({ role: 'disks', ...holder });
  const [command = '', ...args] = describeJail({
    machine,
    boot: await bootOf(programs, machine, how),
    place,
    pidFile,
    disks: await lendDisks(machine, disks),
    holder: holder.pid,
    jailer: join(programs.folder, 'jailer'),
    program: await realpath(join(programs.folder, 'firecracker')),
  });
  const jail = await startProcess({
    program: command,
    args,
    cgroupFiles,
    descriptors: [undefined, screen.output, screen.errors],
  });
  if (jail === undefined) {
    throw microVmError.NOT_BOOTED({ container: name, why: 'its jail could not be started' });
  }
  await record({ role: 'jail', ...jail });
  const mark = await awaitProcess(name, pidFile, jail);
  if (mark !== undefined) await record({ role: 'machine', ...mark });
}

/** The jailer closes every file that it inherits, so another process of the machine keeps the disks open for it. */
async function holdDisks(
  { name, tap, cgroupFiles }: Machine,
  { descriptors }: OpenDisks,
): Promise<ProcessMark> {
  const holder = await startProcess({
    program: 'sleep',
    args: ['infinity'],
    uid: tap.uid,
    cgroupFiles,
    descriptors: [undefined, undefined, undefined, ...descriptors.map(({ fd }) => fd)],
  });
  if (holder !== undefined) return holder;
  throw microVmError.NOT_BOOTED({ container: name, why: 'no process keeps its disks open' });
}

async function bootOf(
  { limits, kernels, architecture }: FirecrackerPrograms,
  machine: Machine,
  how: Launch,
): Promise<JailBoot> {
  const { name, folder, tap, kernel, elf } = machine;
  const metrics = await makeMetrics(machine);
  if (how.kind === 'resume') return { snapshot: how.snapshot };
  const config = join(folder, 'machine.json');
  await writeFile(config, JSON.stringify(describeFirecracker(machine, metrics, limits)));
  await chown(config, tap.uid, tap.uid);
  // Only x86 has packed kernels.
  const isPacked = architecture === 'x64' && elf === undefined;
  const boot = { config, kernel: isPacked ? await kernels.find(name, kernel) : (elf ?? kernel) };
  if (how.kind === 'boot') return boot;
  await chown(how.folder, tap.uid, tap.uid);
  return { ...boot, template: { folder: how.folder } };
}

/** Returns the pipe of a machine for the monitor's metrics. */
export function metricsPath({ sockets }: Pick<Machine, 'sockets'>): string {
  return join(dirname(sockets.control), 'metrics');
}

/** A pipe without a reader: it takes the first 64 KiB of the monitor's metrics, and the rest is dropped. */
async function makeMetrics(machine: Machine): Promise<string> {
  const path = metricsPath(machine);
  await run('mkfifo', ['-m', '600', path]);
  await chown(path, machine.tap.uid, machine.tap.uid);
  return path;
}
