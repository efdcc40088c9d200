import { realpath } from 'node:fs/promises';
import { join } from 'node:path';
import { findAcceleration, run } from '@capsule/host';
import type { DeviceLimits } from '../device-limits.ts';
import type { Machine, RecordProcess, SnapshotVmm, Vmm, VmmState } from '../vmm.ts';
import { ElfKernels } from './elf-kernels.ts';
import { callFirecracker } from './firecracker-api.ts';
import { FirecrackerSnapshots } from './firecracker-snapshots.ts';
import { type FirecrackerPrograms, launchMachine } from './launch-machine.ts';

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
  readonly snapshots: SnapshotVmm;
  readonly #options: FirecrackerOptions;
  readonly #programs: FirecrackerPrograms;

  constructor(options: FirecrackerOptions) {
    const { architecture, folder, limits } = options;
    this.#options = options;
    this.#programs = {
      architecture,
      folder,
      limits,
      kernels: new ElfKernels(options.kernelFolder),
    };
    this.snapshots = new FirecrackerSnapshots(this.#programs, () => this.#version('firecracker'));
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
  start(machine: Machine, record: RecordProcess): Promise<void> {
    return launchMachine(this.#programs, machine, { kind: 'boot' }, record);
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
}

function refuse(why: string): VmmState {
  return { ok: false, detail: `Firecracker ${why}` };
}

function isNewEnough(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map((part) => Number.parseInt(part, 10));
  return major > OLDEST[0] || (major === OLDEST[0] && minor >= OLDEST[1]);
}
