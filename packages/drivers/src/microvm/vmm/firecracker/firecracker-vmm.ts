import { chown, mkdir, realpath, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { findAcceleration, run } from '@capsule/host';
import { microVmError } from '../../errors.ts';
import { startProcess } from '../../process/start-process.ts';
import type { DeviceLimits } from '../device-limits.ts';
import { OpenDisks } from '../open-disks.ts';
import type { Machine, MachineProcess, Vmm, VmmState } from '../vmm.ts';
import { awaitProcess } from './await-process.ts';
import { ElfKernels } from './elf-kernels.ts';
import { callFirecracker } from './firecracker-api.ts';
import { describeJail } from './jail.ts';
import { lendDisks } from './lend-disks.ts';
import { describeFirecracker } from './machine-config.ts';

export interface FirecrackerOptions {
  /** Node's name of the architecture. */
  readonly architecture: string;
  /** Contains `firecracker` and `jailer`, of the same version. */
  readonly folder: string;
  /** The folder of unpacked kernels. */
  readonly kernelFolder: string;
  readonly limits?: DeviceLimits;
}

/** The first version that returns unused memory. */
const OLDEST = [1, 14] as const;

/**
 * Runs machines with Firecracker, each in a jail of its own: a user, a root, and namespaces of mounts and of
 * processes. Needs KVM.
 */
export class FirecrackerVmm implements Vmm {
  readonly kind = 'firecracker';
  readonly #options: FirecrackerOptions;
  readonly #kernels: ElfKernels;

  constructor(options: FirecrackerOptions) {
    this.#options = options;
    this.#kernels = new ElfKernels(options.kernelFolder);
  }

  async probe(): Promise<VmmState> {
    const { folder, architecture } = this.#options;
    try {
      const [version, jailer] = [await this.#version('firecracker'), await this.#version('jailer')];
      if (version !== jailer) return refuse(`is ${version}, its jailer is ${jailer}`);
      if (!isNewEnough(version)) return refuse(`${version} is older than ${OLDEST.join('.')}`);
      const { isKvm, why } = await findAcceleration(architecture);
      if (!isKvm) return refuse(`${version} cannot run machines: ${why}`);
      return { ok: true, detail: `Firecracker ${version} with KVM, jailed` };
    } catch (error) {
      const isAbsent = (error as NodeJS.ErrnoException).code === 'ENOENT';
      if (isAbsent) return refuse(`and its jailer are not in ${folder}`);
      return refuse(`cannot be run: ${(error as Error).message}`);
    }
  }

  /**
   * Firecracker is still creating the machine when this resolves. Its API must not be called then: a request
   * that waits when the creation fails makes Firecracker panic, and hides the reason. Any failure ends the
   * process, and its console's log has the reason.
   */
  async start(machine: Machine, record: (process: MachineProcess) => Promise<void>): Promise<void> {
    const { name, folder, tap, screen, cgroupFiles } = machine;
    const [place, pidFile] = [join(folder, 'jail'), join(folder, 'machine.pid')];
    const config = join(folder, 'machine.json');
    const metrics = await makeMetrics(machine);
    await mkdir(place, { recursive: true });
    await using disks = await OpenDisks.open(name, machine.disks);
    // The jailer closes every file that it inherits, so another process of the machine keeps the disks open
    // for it.
    const holder = await startProcess({
      program: 'sleep',
      args: ['infinity'],
      uid: tap.uid,
      cgroupFiles,
      descriptors: [undefined, undefined, undefined, ...disks.descriptors.map(({ fd }) => fd)],
    });
    if (holder === undefined) {
      throw microVmError.NOT_BOOTED({ container: name, why: 'no process keeps its disks open' });
    }
    await record({ role: 'disks', ...holder });
    const described = describeFirecracker(machine, metrics, this.#options.limits);
    await writeFile(config, JSON.stringify(described));
    await chown(config, tap.uid, tap.uid);
    const [command = '', ...args] = describeJail({
      machine,
      config,
      place,
      pidFile,
      disks: await lendDisks(machine, disks),
      holder: holder.pid,
      kernel: await this.#kernelOf(machine),
      jailer: join(this.#options.folder, 'jailer'),
      program: await realpath(join(this.#options.folder, 'firecracker')),
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

  /** Sends the keys that make Linux power off; there is no button. */
  async powerDown(control: string): Promise<void> {
    const body = { action_type: 'SendCtrlAltDel' };
    await callFirecracker(control, { method: 'PUT', path: '/actions', body });
  }

  async #version(program: 'firecracker' | 'jailer'): Promise<string> {
    const path = await realpath(join(this.#options.folder, program));
    const { stdout } = await run(path, ['--version']);
    return /v(\d+\.\d+\.\d+\S*)/.exec(stdout)?.[1] ?? 'of unknown version';
  }

  /** Only x86 has packed kernels. */
  async #kernelOf({ name, kernel, elf }: Machine): Promise<string> {
    if (this.#options.architecture !== 'x64') return kernel;
    return elf ?? this.#kernels.find(name, kernel);
  }
}

/** A pipe without a reader: it takes the first 64 KiB of the monitor's metrics, and the rest is dropped. */
async function makeMetrics({ sockets, tap }: Machine): Promise<string> {
  const path = join(dirname(sockets.control), 'metrics');
  await run('mkfifo', ['-m', '600', path]);
  await chown(path, tap.uid, tap.uid);
  return path;
}

function refuse(why: string): VmmState {
  return { ok: false, detail: `Firecracker ${why}` };
}

function isNewEnough(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map((part) => Number.parseInt(part, 10));
  return major > OLDEST[0] || (major === OLDEST[0] && minor >= OLDEST[1]);
}
