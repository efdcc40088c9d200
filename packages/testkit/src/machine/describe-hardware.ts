/** What a virtual machine is made of. */
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

/** The second serial line, as a PC has it: the board has but one of its own. */
const SECOND_LINE = 'iobase=0x2f8,irq=3,index=1';

/**
 * QEMU's arguments for it. The board is that of microVMs, whose firmware the rootfs has, with a PCI bus. The machine
 * ends when its kernel panics, which it does at the first oops. Pure.
 */
export function describeHardware(hardware: Hardware): readonly string[] {
  const { kernel, initrd, root, disks, memoryMib, processors } = hardware;
  const drives = [
    `file=${root},format=raw,snapshot=on`,
    ...disks.map((file) => `file=${file},format=raw,discard=unmap,cache=writeback`),
  ];
  return [
    ...['-machine', 'microvm,pcie=on,rtc=on', '-accel', 'tcg,thread=multi', '-cpu', 'max'],
    ...['-smp', `${processors}`, '-m', `${memoryMib}M`],
    ...['-nodefaults', '-no-user-config', '-display', 'none', '-no-reboot'],
    ...['-kernel', kernel, '-initrd', initrd],
    ...['-append', describeKernelOptions(hardware)],
    ...['-serial', `file:${hardware.console}`],
    ...['-chardev', 'stdio,id=output', '-device', `isa-serial,chardev=output,${SECOND_LINE}`],
    ...drives.flatMap((drive, index) => [
      ...['-drive', `${drive},if=none,id=disk${index}`],
      ...['-device', `virtio-blk-pci,drive=disk${index}`],
    ]),
  ];
}

/**
 * Where nothing says how fast the counter runs, the kernel measures it by the board's one timer, fails when the emulator
 * is not let run evenly, and waits for ever.
 */
function describeKernelOptions({ counterKhz }: Hardware): string {
  const counter = counterKhz === undefined ? [] : [`tsc_early_khz=${counterKhz}`];
  return ['console=ttyS0', 'quiet', 'oops=panic', 'panic=-1', ...counter].join(' ');
}
