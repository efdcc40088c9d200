/** Settings of a microVM that a container does not have. */
export interface MicroVmSettings {
  /** Processors that the guest sees. */
  readonly vcpus: number;
  /** All the memory of the guest, its kernel's included. */
  readonly memoryMib: number;
  /** Behind the capsule's own parameters of the kernel. */
  readonly kernelCmdlineExtra: string;
  readonly backend: MicroVmBackend;
  /** The most that the writable layer above the image holds; it takes room as it is written. */
  readonly rootfsSizeBytes: number;
  /** A prebuilt pair, instead of an image: absolute paths on the capsule, or both empty. */
  readonly kernelPath: string;
  readonly rootfsPath: string;
}

/** With less the monitor's board does not load a kernel. The capsule checks the needs of its own kernel. */
export const MICRO_VM_LEAST_MIB = 64;

/**
 * QEMU's board has 24 places for devices (measured: with 25 it does not start), and a microVM needs seven of
 * them in addition to its volumes.
 */
export const MICRO_VM_VOLUMES_MOST = 17;
/** Firecracker has 19 interrupt lines for devices, and some of them for its own. */
export const FIRECRACKER_VOLUMES_MOST = 10;

/** auto: Firecracker where it can run, else QEMU. */
export type MicroVmBackend = 'auto' | 'firecracker' | 'qemu';

/** Defaults of a microVM. */
export const MICRO_VM_DEFAULTS: MicroVmSettings = {
  vcpus: 1,
  memoryMib: 256,
  kernelCmdlineExtra: '',
  backend: 'auto',
  rootfsSizeBytes: 10 * 1024 ** 3,
  kernelPath: '',
  rootfsPath: '',
};

/** Whether it boots a custom kernel and disk, without an agent. Pure. */
export function isPrebuilt(
  settings: Pick<MicroVmSettings, 'kernelPath' | 'rootfsPath'> | undefined,
): boolean {
  return settings !== undefined && (settings.kernelPath !== '' || settings.rootfsPath !== '');
}
