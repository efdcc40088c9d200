/** A virtual PC with UEFI that boots a capsule's disk. */
export interface VirtualMachine {
  /** Of the firmware. */
  readonly code: string;
  /** The firmware's variables; written to. */
  readonly variables: string;
  /** Raw files; the first is booted. */
  readonly disks: readonly string[];
  /** File that receives every request to the first disk: QEMU's `blklogwrites`. */
  readonly writeLog?: string;
  readonly memoryMib: number;
  readonly processors: number;
  readonly hasKvm: boolean;
  /** TCP ports of the host, at 127.0.0.1, and where they lead in the machine. */
  readonly ports: Readonly<Record<number, number>>;
  /** The name that the DHCP server gives it. */
  readonly hostname?: string;
  /** The time at which its clock starts: `1970-01-02`. Default: now. */
  readonly clock?: string;
  /** Words for the kernel on top of those of the image: systemd-stub(7). */
  readonly kernelWords: readonly string[];
  /** QEMU's name for what the first serial line is: `stdio`, `file:…`. */
  readonly serial: string;
}

/** QEMU's arguments for it. Pure. */
export function describeMachine(machine: VirtualMachine): readonly string[] {
  const { code, variables, disks, memoryMib, processors, hasKvm, ports, kernelWords } = machine;
  const { writeLog, hostname, clock } = machine;
  const forwards = Object.entries(ports).map(
    ([host, guest]) => `,hostfwd=tcp:127.0.0.1:${host}-:${guest}`,
  );
  const words = `io.systemd.stub.kernel-cmdline-extra=${kernelWords.join(' ')}`;
  return [
    ...['-machine', 'q35', ...accelerate(hasKvm)],
    ...['-smp', String(processors), '-m', `${memoryMib}M`],
    ...['-nodefaults', '-no-user-config', '-display', 'none'],
    ...['-drive', `if=pflash,unit=0,format=raw,readonly=on,file=${code}`],
    ...['-drive', `if=pflash,unit=1,format=raw,file=${variables}`],
    ...(kernelWords.length === 0 ? [] : ['-smbios', `type=11,value=${words}`]),
    ...disks.flatMap((file, index) => [
      ...[
        '-drive',
        `${describeFile(file, index === 0 ? writeLog : undefined)},discard=unmap,cache=writeback,if=none,id=disk${index}`,
      ],
      ...['-device', `virtio-blk-pci,drive=disk${index},bootindex=${index}`],
    ]),
    ...['-netdev', `user,id=net0${hostname ? `,hostname=${hostname}` : ''}${forwards.join('')}`],
    ...(clock === undefined ? [] : ['-rtc', `base=${clock}`]),
    ...['-device', 'virtio-net-pci,netdev=net0,romfile='],
    ...['-device', 'virtio-rng-pci', '-device', 'i6300esb'],
    ...['-serial', machine.serial],
  ];
}

/** The log counts its entries after each flush, so that it is whole when the machine dies. */
function describeFile(file: string, writeLog: string | undefined): string {
  if (writeLog === undefined) return `file=${file},format=raw`;
  const log = `log.driver=file,log.filename=${writeLog},log-super-update-interval=1`;
  return `driver=blklogwrites,file.driver=file,file.filename=${file},${log}`;
}

/**
 * All that can be emulated, but for what only costs time: fast copies, which are emulated byte by byte, a fifth level of
 * page tables, and guards that each call of the kernel switches.
 */
const EMULATED = [
  'max',
  ...['erms', 'fsrm', 'fsrs', 'fzrm', 'la57', 'pcid', 'smap', 'smep', 'umip'].map(
    (name) => `${name}=off`,
  ),
].join(',');

function accelerate(hasKvm: boolean): readonly string[] {
  return hasKvm
    ? ['-accel', 'kvm', '-cpu', 'host']
    : ['-accel', 'tcg,thread=multi', '-cpu', EMULATED];
}
