import { join } from 'node:path';
import { run } from '@capsule/host';
import type { Rootfs } from '@capsule/imager';
import { machineError } from './errors.ts';

/** The QEMU of a rootfs, run from its layers: tests use the shipped programs, not the host's. */
export interface Emulator {
  /** The program with its first arguments: its libraries and its firmware are those of the layers. */
  readonly command: readonly [string, ...string[]];
  /** How fast the processor's counter runs, which an emulated kernel sees as it is; absent where it has none. */
  readonly counterKhz?: number;
}

const LIBRARIES = 'usr/lib/x86_64-linux-gnu';
const LOADER = `${LIBRARIES}/ld-linux-x86-64.so.2`;

/** Returns the emulator of a finished rootfs. The loader gets the paths of the libraries: nothing is mounted. */
export async function findEmulator({ layers }: Pick<Rootfs, 'layers'>): Promise<Emulator> {
  const pathOf = (layer: string) => {
    const path = layers.find(({ name }) => name === layer)?.path;
    if (path === undefined) throw machineError.FAILED({ detail: `the rootfs has no ${layer}` });
    return path;
  };
  const [base, vmm] = [pathOf('base'), pathOf('vmm')];
  const { stdout } = await run(join(pathOf('native'), 'usr/bin/capsule-ticks'), [], {
    allow: [0, 1],
  });
  const counterKhz = Number(stdout.trim());
  return {
    command: [
      join(base, LOADER),
      ...['--library-path', [vmm, base].map((layer) => join(layer, LIBRARIES)).join(':')],
      join(vmm, 'usr/bin/qemu-system-x86_64'),
      ...['qemu', 'seabios'].flatMap((data) => ['-L', join(vmm, 'usr/share', data)]),
    ],
    ...(counterKhz > 0 && { counterKhz }),
  };
}
