import type { Architecture, ProgramSet } from '../profile.ts';

const FILE_SYSTEM = '/usr/bin/mkfs.erofs';
const SOCKETS = '/usr/bin/vhost-device-vsock';

/**
 * Debian's small `qemu-system-x86_64-microvm` will not do: it has no emulation, and no
 * vhost-user-vsock-device.
 */
const X64 = '/usr/bin/qemu-system-x86_64';
const ARM64 = '/usr/bin/qemu-system-aarch64';

/** The programs that run microVMs: QEMU, virtual sockets without a kernel module, and the maker of their disks. */
export const vmmPrograms: Readonly<Record<Architecture, ProgramSet>> = {
  x64: programSet('qemu-system-x86', X64, [
    '/usr/share/qemu/kvmvapic.bin',
    '/usr/share/qemu/linuxboot_dma.bin',
    '/usr/share/qemu/pvh.bin',
    '/usr/share/qemu/qboot.rom', // the microvm machine without ACPI
    '/usr/share/seabios/bios-microvm.bin', // and with it
  ]),
  // The virt machine starts a kernel without firmware.
  arm64: programSet('qemu-system-arm', ARM64, []),
};

function programSet(emulator: string, program: string, firmware: readonly string[]): ProgramSet {
  const programs = [program, SOCKETS, FILE_SYSTEM];
  return {
    packages: [emulator, 'erofs-utils'],
    fromSid: { 'vhost-device-vsock': '0.3.*' },
    programs,
    data: firmware,
    // The base has the program that drops root's rights before a machine starts.
    checks: [...programs, '/usr/bin/setpriv'].map((path) => [path, '--version']),
  };
}
