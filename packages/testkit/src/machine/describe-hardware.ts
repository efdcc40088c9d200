/** The hardware of a virtual machine. */
export interface Hardware {
  readonly kernel: string;
  readonly initrd: string;
  /** Its root, /dev/vda: written to a file that QEMU forgets. */
  readonly root: string;
  /** Files, or addresses of served disks: /dev/vdb and on. */
  readonly disks: readonly string[];
  readonly memoryMib: number;
  readonly processors: number;
  /** As of `Emulator`. */
  readonly counterKhz?: number;
  /** A file for what the kernel says. */
  readonly console: string;
}

/**
 * A PC with more than one clock to measure time by: with the one timer of the board for microVMs, a kernel whose emulator
 * is not let run evenly hung before its first word. qboot starts it, which the rootfs has.
 */
const BOARD = ['-machine', 'q35', '-bios', 'qboot.rom'];

/**
 * All that can be emulated, but for what only costs time: fast copies, which are emulated byte by byte, a fifth level
 * of page tables, and guards that each call of the kernel switches. Without these, disks that fail took 14 s of
 * processor time instead of 18.
 */
const PROCESSOR = [
  'max',
  ...['erms', 'fsrm', 'fsrs', 'fzrm', 'la57', 'pcid', 'smap', 'smep', 'umip'].map(
    (name) => `${name}=off`,
  ),
].join(',');

/**
 * QEMU's arguments for it. The machine ends when its kernel panics, which it does at the first oops. Pure.
 */
export function describeHardware(hardware: Hardware): readonly string[] {
  const { kernel, initrd, root, disks, memoryMib, processors } = hardware;
  const drives = [
    `file=${root},format=raw,snapshot=on`,
    ...disks.map((file) => `file=${file},format=raw,discard=unmap,cache=writeback`),
  ];
  return [
    ...BOARD,
    ...['-accel', 'tcg,thread=multi', '-cpu', PROCESSOR],
    ...['-smp', `${processors}`, '-m', `${memoryMib}M`],
    ...['-nodefaults', '-no-user-config', '-display', 'none', '-no-reboot'],
    ...['-kernel', kernel, '-initrd', initrd],
    ...['-append', describeKernelOptions(hardware)],
    ...['-serial', `file:${hardware.console}`, '-serial', 'stdio'],
    ...drives.flatMap((drive, index) => [
      ...['-drive', `${drive},if=none,id=disk${index}`],
      ...['-device', `virtio-blk-pci,drive=disk${index}`],
    ]),
  ];
}

/**
 * How fast the counter runs is given, where it is known, and whether the timer ticks is not tried: amid other work the
 * kernel measures wrongly, takes the timer for broken ("8254 timer not connected to IO-APIC"), and waits for ever. An
 * emulated processor does not speculate, so that the kernel's defences against it only cost time.
 */
function describeKernelOptions({ counterKhz }: Hardware): string {
  return [
    ...['console=ttyS0', 'quiet', 'oops=panic', 'panic=-1', 'no_timer_check', 'mitigations=off'],
    'cryptomgr.notests',
    ...(counterKhz === undefined ? [] : [`tsc_early_khz=${counterKhz}`]),
  ].join(' ');
}
