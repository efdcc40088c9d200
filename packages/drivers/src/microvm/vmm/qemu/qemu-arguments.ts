import { type DeviceLimits, RANDOM_BYTES_PER_SECOND } from '../device-limits.ts';
import type { Machine } from '../vmm.ts';

export interface QemuHow {
  readonly isKvm: boolean;
  /** Node's name of the architecture. */
  readonly architecture: string;
  /** The rate of the processor's counter, which an emulated guest sees unchanged. Absent: unknown. */
  readonly counterKhz?: number;
  /** The descriptor of each disk's open file, in the order of the machine's disks. */
  readonly descriptors: readonly { readonly fd: number; readonly isBlockDevice: boolean }[];
  /** QEMU cannot limit links. */
  readonly limits?: Pick<DeviceLimits, 'diskBytesPerSecond'>;
}

/** QEMU may not write files, start programs or gain rights: it has everything open that it needs. */
const SANDBOX = 'on,obsolete=deny,elevateprivileges=deny,spawn=deny,resourcecontrol=deny';

/** Returns the command line of QEMU for a machine. Pure. */
export function describeQemu(machine: Machine, how: QemuHow): readonly string[] {
  const { settings, sockets, tap } = machine;
  const { vcpus, memoryMib } = settings;
  return [
    ...['-name', machine.name],
    ...['-machine', describeBoard(how), ...describeFirmware(how)],
    ...['-accel', how.isKvm ? 'kvm' : EMULATION],
    ...['-cpu', how.isKvm ? 'host' : 'max'],
    ...['-smp', String(vcpus), '-m', `${memoryMib}M`],
    // Shared with the process that carries vsock.
    ...['-object', `memory-backend-memfd,id=ram,size=${memoryMib}M,share=on`],
    ...['-nodefaults', '-no-user-config', '-no-reboot', '-display', 'none'],
    ...['-sandbox', SANDBOX],
    ...['-kernel', machine.kernel],
    ...(machine.initramfs === undefined ? [] : ['-initrd', machine.initramfs]),
    ...['-append', [REBOOT, ...describeEmulator(how), machine.commandLine].join(' ')],
    ...['-chardev', 'stdio,id=console,signal=off', '-serial', 'chardev:console'],
    ...['-chardev', `socket,id=control,path=${sockets.control},server=on,wait=off`],
    ...['-mon', 'chardev=control,mode=control'],
    ...['-chardev', `socket,id=vhost,path=${sockets.vhost}`],
    ...['-device', `vhost-user-vsock-${BUS},chardev=vhost`],
    ...['-netdev', `tap,id=net,ifname=${tap.device},script=no,downscript=no`],
    ...['-device', `virtio-net-${BUS},netdev=net,mac=${tap.hardwareAddress}`],
    ...['-object', 'rng-random,id=random,filename=/dev/urandom'],
    ...['-device', `virtio-rng-${BUS},rng=random,${RANDOM_LIMIT}`],
    ...['-device', `virtio-balloon-${BUS},free-page-reporting=on`],
    ...machine.disks.flatMap((disk, index) => describeDisk(disk.readOnly, index, how)),
  ];
}

/**
 * An emulated processor does not speculate, so the kernel's defences against that only cost time. So do the
 * kernel's tests of its own ciphers, which took an eighth of a boot.
 *
 * The board has one timer to measure the counter with, and the guest's kernel fails at it when the emulator
 * does not run evenly; without the counter it then waits for ever for ticks that never come. The options:
 * Documentation/admin-guide/kernel-parameters.txt.
 */
function describeEmulator({ isKvm, counterKhz }: QemuHow): readonly string[] {
  if (isKvm) return [];
  const counter = counterKhz === undefined ? [] : [`tsc_early_khz=${counterKhz}`];
  return ['mitigations=off', 'cryptomgr.notests', ...counter];
}

/**
 * Translated code takes memory beside the guest's own, up to a gigabyte unless it is limited: 49 MB after a boot, and
 * more with each program that runs. With 32 MB a boot took the same 3.0 s of processor time, with 16 MB 3.4 s.
 */
const EMULATION = 'tcg,tb-size=32';
const BUS = 'device';
const RANDOM_LIMIT = `max-bytes=${RANDOM_BYTES_PER_SECOND},period=1000`;
/** The board has no other way to reset. */
const REBOOT = 'reboot=t';

function describeBoard({ architecture }: QemuHow): string {
  const board = architecture === 'arm64' ? 'virt' : 'microvm,rtc=on';
  return `${board},memory-backend=ram`;
}

/**
 * QEMU loads the initramfs of an unpacked kernel to the end of the memory. The board's own firmware, SeaBIOS,
 * puts the tables of ACPI there, and the kernel then finds neither them nor any disk; qboot puts them
 * elsewhere.
 */
function describeFirmware({ architecture }: QemuHow): readonly string[] {
  return architecture === 'arm64' ? [] : ['-bios', 'qboot.rom'];
}

function describeDisk(
  readOnly: boolean,
  index: number,
  { descriptors, limits }: QemuHow,
): string[] {
  const found = descriptors[index];
  if (found === undefined) return [];
  const set = index + 1;
  const mode = readOnly ? 'read-only=on' : 'read-only=off,discard=unmap';
  const driver = found.isBlockDevice ? 'host_device' : 'file,locking=off';
  const most = limits?.diskBytesPerSecond;
  const file = most === undefined ? `disk${index}` : `file${index}`;
  return [
    ...['-add-fd', `fd=${found.fd},set=${set}`],
    ...['-blockdev', `driver=${driver},node-name=${file},filename=/dev/fdset/${set},${mode}`],
    ...(most === undefined ? [] : describeThrottle(index, file, most, mode)),
    ...['-device', `virtio-blk-${BUS},drive=disk${index}`],
  ];
}

/** Reads and writes share one bucket (QEMU's docs/throttle.txt). */
function describeThrottle(index: number, file: string, most: number, mode: string): string[] {
  const group = `limit${index}`;
  const node = `driver=throttle,node-name=disk${index},throttle-group=${group},file=${file},${mode}`;
  return ['-object', `throttle-group,id=${group},x-bps-total=${most}`, '-blockdev', node];
}
