import { setTimeout as delay } from 'node:timers/promises';
import { exists, findAcceleration, run } from '@capsule/host';
import { microVmError } from '../../errors.ts';
import { isProcessAlive, type ProcessMark } from '../../process/process-mark.ts';
import { startProcess } from '../../process/start-process.ts';
import type { DeviceLimits } from '../device-limits.ts';
import { openDevices } from '../open-devices.ts';
import { OpenDisks } from '../open-disks.ts';
import type { Machine, MachineProcess, Vmm, VmmState } from '../vmm.ts';
import { readCounterRate } from './counter-rate.ts';
import { describeQemu } from './qemu-arguments.ts';
import { qmp } from './qmp.ts';

export interface QemuOptions {
  /** Node's name of the architecture. */
  readonly architecture: string;
  /** Default: `qemu-system-x86_64` or `qemu-system-aarch64`. */
  readonly program?: string;
  /** Default: `/usr/bin/capsule-ticks`. */
  readonly ticksProgram?: string;
  readonly limits?: DeviceLimits;
}

/** Every machine has a vsock of its own, so all guests may have the same number. */
const GUEST_CID = 3;
const STDIO = 3;
const NO_LINK_LIMIT =
  'QEMU cannot enforce microVms.limits.linkMibPerSecond of capsuled.json: remove it, or use Firecracker';
const SOCKET_LIMIT_MS = 5_000;
const LOOK_AGAIN_MS = 2;

/** Runs machines with QEMU, and a second process for vsock, so that no kernel module is needed. */
export class QemuVmm implements Vmm {
  readonly kind = 'qemu';
  readonly #program: string;
  readonly #architecture: string;
  readonly #ticksProgram: string;
  readonly #limits: DeviceLimits;
  /** Cached: the version changes only with the whole capsule. */
  #version: string | undefined;
  #counterKhz: Promise<number | undefined> | undefined;

  constructor({ architecture, program, ticksProgram, limits = {} }: QemuOptions) {
    const suffix = architecture === 'arm64' ? 'aarch64' : 'x86_64';
    this.#program = program ?? `qemu-system-${suffix}`;
    this.#architecture = architecture;
    this.#limits = limits;
    this.#ticksProgram = ticksProgram ?? '/usr/bin/capsule-ticks';
  }

  async probe(): Promise<VmmState> {
    if (this.#limits.linkBytesPerSecond !== undefined) {
      return { ok: false, detail: NO_LINK_LIMIT };
    }
    try {
      this.#version ??= await readVersion(this.#program);
      const { isKvm, why } = await findAcceleration(this.#architecture);
      const how = isKvm ? 'with KVM' : `emulated: ${why}`;
      return { ok: true, detail: `QEMU ${this.#version}, ${how}` };
    } catch (error) {
      return { ok: false, detail: `QEMU cannot be run: ${(error as Error).message}` };
    }
  }

  async start(machine: Machine, record: (process: MachineProcess) => Promise<void>): Promise<void> {
    const { isKvm } = await findAcceleration(this.#architecture);
    const counterKhz = isKvm ? undefined : await this.#readCounter();
    await openDevices();
    await using disks = await OpenDisks.open(machine.name, machine.disks);
    const { uid } = machine.tap;
    const { vsock, vhost } = machine.sockets;
    const shared = { uid, cgroupFiles: machine.cgroupFiles };
    const { errors, output } = machine.screen;
    const carrier = await startProcess({
      ...shared,
      program: 'vhost-device-vsock',
      args: ['--vm', `guest-cid=${GUEST_CID},socket=${vhost},uds-path=${vsock}`],
      descriptors: [undefined, errors, errors],
    });
    await this.#record(machine, 'vsock', carrier, record);
    await socketOf(machine.name, vhost, carrier);
    const places = disks.descriptors.map(({ isBlockDevice }, index) => ({
      fd: STDIO + index,
      isBlockDevice,
    }));
    const qemu = await startProcess({
      ...shared,
      program: this.#program,
      onEnd: machine.onEnd,
      args: describeQemu(machine, {
        isKvm,
        architecture: this.#architecture,
        descriptors: places,
        limits: this.#limits,
        ...(counterKhz !== undefined && { counterKhz }),
      }),
      descriptors: [undefined, output, errors, ...disks.descriptors.map(({ fd }) => fd)],
    });
    await this.#record(machine, 'machine', qemu, record);
  }

  powerDown(control: string): Promise<void> {
    return qmp(control, 'system_powerdown');
  }

  /** The rate is constant; a failure is retried. */
  async #readCounter(): Promise<number | undefined> {
    this.#counterKhz ??= readCounterRate(this.#ticksProgram);
    try {
      return await this.#counterKhz;
    } catch (error) {
      this.#counterKhz = undefined;
      throw error;
    }
  }

  async #record(
    { name }: Machine,
    role: string,
    mark: ProcessMark | undefined,
    record: (process: MachineProcess) => Promise<void>,
  ): Promise<void> {
    if (mark === undefined) throw ended(name, role);
    await record({ role, ...mark });
  }
}

async function readVersion(program: string): Promise<string> {
  const { stdout } = await run(program, ['--version']);
  return /version (\S+)/.exec(stdout)?.[1] ?? 'of unknown version';
}

async function socketOf(name: string, path: string, mark: ProcessMark | undefined): Promise<void> {
  const until = performance.now() + SOCKET_LIMIT_MS;
  while (performance.now() < until) {
    if (await exists(path)) return;
    if (mark === undefined || !(await isProcessAlive(mark))) throw ended(name, 'vsock');
    await delay(LOOK_AGAIN_MS);
  }
  throw ended(name, 'vsock');
}

function ended(container: string, role: string) {
  const what = role === 'vsock' ? 'the process for its vsock' : 'QEMU';
  return microVmError.NOT_BOOTED({ container, why: `${what} ended immediately` });
}
