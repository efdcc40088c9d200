import type { Machine } from '../vmm.ts';

export interface QemuHow {
  readonly isKvm: boolean;
  /** As Node names it. */
  readonly architecture: string;
  /** How fast the processor's counter runs, which an emulated guest sees as it is. Absent: it is not known. */
  readonly counterKhz?: number;
  /** Of each disk's open file among QEMU's descriptors, in the order of the machine's disks. */
  readonly descriptors: readonly { readonly fd: number; readonly isBlockDevice: boolean }[];
}

/** No file is written, no program started, no right gained: what QEMU needs it has open already. */
const SANDBOX = 'on,obsolete=deny,elevateprivileges=deny,spawn=deny,resourcecontrol=deny';

/** The command line of QEMU for a machine. Pure. */
export function describeQemu(machine: Machine, how: QemuHow): readonly string[] {
  const { settings, sockets, tap } = machine;
  const { vcpus, memoryMib } = settings;
  return [
    ...['-name', machine.name],
    ...['-machine', describeBoard(how)],
    ...['-cpu', how.isKvm ? 'host' : 'max'],
    ...['-smp', String(vcpus), '-m', `${memoryMib}M`],
    // Shared with the process that carries vsock.
    ...['-object', `memory-backend-memfd,id=ram,size=${memoryMib}M,share=on`],
    ...['-nodefaults', '-no-user-config', '-no-reboot', '-display', 'none'],
    ...['-sandbox', SANDBOX],
    ...['-kernel', machine.kernel],
    ...(machine.initramfs === undefined ? [] : ['-initrd', machine.initramfs]),
    ...['-append', [REBOOT, ...describeCounter(how), machine.commandLine].join(' ')],
    ...['-chardev', 'stdio,id=console,signal=off', '-serial', 'chardev:console'],
    ...['-chardev', `socket,id=control,path=${sockets.control},server=on,wait=off`],
    ...['-mon', 'chardev=control,mode=control'],
    ...['-chardev', `socket,id=vhost,path=${sockets.vhost}`],
    ...['-device', `vhost-user-vsock-${BUS},chardev=vhost`],
    ...['-netdev', `tap,id=net,ifname=${tap.device},script=no,downscript=no`],
    ...['-device', `virtio-net-${BUS},netdev=net,mac=${tap.hardwareAddress}`],
    ...['-object', 'rng-random,id=random,filename=/dev/urandom'],
    ...['-device', `virtio-rng-${BUS},rng=random`],
    ...['-device', `virtio-balloon-${BUS},free-page-reporting=on`],
    ...machine.disks.flatMap((disk, index) => describeDisk(disk.readOnly, index, how)),
  ];
}

/**
 * The board has one timer to measure the counter by, and the guest's kernel fails at it when the emulator is not let run
 * evenly; without the counter it then waits for ticks that nothing makes, for ever
 * (Documentation/admin-guide/kernel-parameters.txt).
 */
function describeCounter({ isKvm, counterKhz }: QemuHow): readonly string[] {
  return isKvm || counterKhz === undefined ? [] : [`tsc_early_khz=${counterKhz}`];
}

const BUS = 'device';
/** The board has no other way to reset. */
const REBOOT = 'reboot=t';

function describeBoard({ isKvm, architecture }: QemuHow): string {
  const accelerator = isKvm ? 'kvm' : 'tcg';
  const board = architecture === 'arm64' ? 'virt' : 'microvm,rtc=on';
  return `${board},accel=${accelerator},memory-backend=ram`;
}

function describeDisk(readOnly: boolean, index: number, { descriptors }: QemuHow): string[] {
  const found = descriptors[index];
  if (found === undefined) return [];
  const set = index + 1;
  const mode = readOnly ? 'read-only=on' : 'read-only=off,discard=unmap';
  const driver = found.isBlockDevice ? 'host_device' : 'file,locking=off';
  return [
    ...['-add-fd', `fd=${found.fd},set=${set}`],
    ...['-blockdev', `driver=${driver},node-name=disk${index},filename=/dev/fdset/${set},${mode}`],
    ...['-device', `virtio-blk-${BUS},drive=disk${index}`],
  ];
}
