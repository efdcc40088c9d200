import { basename } from 'node:path';
import type { Machine } from '../vmm.ts';

/** Every machine has a vsock of its own, so that all guests may have the same number. */
const GUEST_CID = 3;
/**
 * A reset by the keyboard controller is the one that Firecracker ends by; its probing for a mouse and for more
 * ports takes tens of milliseconds and finds nothing.
 */
const BOARD = 'reboot=k i8042.noaux i8042.nomux i8042.nopnp i8042.dumbkbd';

/** Where things are for a jailed Firecracker. */
export const JAIL_PATHS = {
  config: '/machine.json',
  kernel: '/kernel',
  initramfs: '/initramfs',
  sockets: '/s',
  disk: (index: number) => `/disk${index}`,
} as const;

/** A socket of the machine, as its jailed monitor names it. */
export function jailSocket(path: string): string {
  return `${JAIL_PATHS.sockets}/${basename(path)}`;
}

/**
 * The machine as Firecracker reads it from a file (its docs/getting-started.md, src/firecracker/swagger). Pure.
 * Disks take flushes through to the capsule's own disk; memory that the guest has no use for is given back.
 */
export function describeFirecracker(machine: Machine, metrics: string): object {
  const { settings, sockets, tap } = machine;
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
      drive_id: `disk${index}`,
      path_on_host: JAIL_PATHS.disk(index),
      is_root_device: false,
      is_read_only: readOnly,
      cache_type: 'Writeback',
    })),
    'network-interfaces': [
      { iface_id: 'net', guest_mac: tap.hardwareAddress, host_dev_name: tap.device },
    ],
    vsock: { guest_cid: GUEST_CID, uds_path: jailSocket(sockets.vsock) },
    balloon: {
      amount_mib: 0,
      deflate_on_oom: true,
      stats_polling_interval_s: 0,
      free_page_reporting: true,
    },
    entropy: {},
    metrics: { metrics_path: jailSocket(metrics) },
  };
}
