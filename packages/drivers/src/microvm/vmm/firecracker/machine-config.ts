import { basename } from 'node:path';
import { type DeviceLimits, RANDOM_BYTES_PER_SECOND } from '../device-limits.ts';
import type { Machine } from '../vmm.ts';

/** Every machine has a vsock of its own, so all guests may have the same number. */
const GUEST_CID = 3;
const SECOND_MS = 1_000;
/**
 * A reset through the keyboard controller ends Firecracker. Probing the controller for a mouse and for more
 * ports takes tens of milliseconds and finds nothing.
 */
const BOARD = 'reboot=k i8042.noaux i8042.nomux i8042.nopnp i8042.dumbkbd';

/** Paths inside the jail of Firecracker. */
export const JAIL_PATHS = {
  config: '/machine.json',
  kernel: '/kernel',
  initramfs: '/initramfs',
  sockets: '/s',
  disk: (index: number) => `/disk${index}`,
  /** A folder for a snapshot that is taken. */
  taken: '/taken',
  /** The files of the snapshot that the machine is resumed from. */
  state: '/state',
  memory: '/memory',
} as const;

/** Firecracker's name of the one network interface. */
export const INTERFACE = 'net';

/** Firecracker's name of a disk. */
export function driveId(index: number): string {
  return `disk${index}`;
}

/** Returns the path of a machine's socket inside the jail. */
export function jailSocket(path: string): string {
  return `${JAIL_PATHS.sockets}/${basename(path)}`;
}

/**
 * Describes the machine for Firecracker's configuration file (its docs/getting-started.md,
 * src/firecracker/swagger). Disks pass flushes through to the capsule's own disk; memory that the guest does
 * not use is returned. Pure.
 */
export function describeFirecracker(
  machine: Machine,
  metrics: string,
  limits: DeviceLimits = {},
): object {
  const { settings, sockets, tap } = machine;
  const disk = describeLimit(limits.diskBytesPerSecond);
  const link = describeLimit(limits.linkBytesPerSecond);
  return {
    'boot-source': {
      kernel_image_path: JAIL_PATHS.kernel,
      ...(machine.initramfs === undefined ? {} : { initrd_path: JAIL_PATHS.initramfs }),
      boot_args: `${BOARD} ${machine.commandLine}`,
    },
    'machine-config': {
      vcpu_count: settings.vcpus,
      mem_size_mib: settings.memoryMib,
      smt: false,
    },
    drives: machine.disks.map(({ readOnly }, index) => ({
      drive_id: driveId(index),
      path_on_host: JAIL_PATHS.disk(index),
      is_root_device: false,
      is_read_only: readOnly,
      cache_type: 'Writeback',
      ...(disk && { rate_limiter: disk }),
    })),
    'network-interfaces': [
      {
        iface_id: INTERFACE,
        guest_mac: tap.hardwareAddress,
        host_dev_name: tap.device,
        ...(link && { rx_rate_limiter: link, tx_rate_limiter: link }),
      },
    ],
    vsock: { guest_cid: GUEST_CID, uds_path: jailSocket(sockets.vsock) },
    balloon: {
      amount_mib: 0,
      deflate_on_oom: true,
      stats_polling_interval_s: 0,
      free_page_reporting: true,
    },
    entropy: { rate_limiter: describeLimit(RANDOM_BYTES_PER_SECOND) },
    metrics: { metrics_path: jailSocket(metrics) },
  };
}

/** Describes a bucket of so many bytes, which is full again after a second (`TokenBucket` of its swagger). */
function describeLimit(bytesPerSecond: number | undefined): object | undefined {
  if (bytesPerSecond === undefined) return undefined;
  return { bandwidth: { size: bytesPerSecond, refill_time: SECOND_MS } };
}
