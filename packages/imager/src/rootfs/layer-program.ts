import { join } from 'node:path';
import { imagerError } from '../errors.ts';
import type { Rootfs } from './build-rootfs.ts';
import type { StepName } from './plan-rootfs.ts';

const LIBRARIES = 'usr/lib/x86_64-linux-gnu';
const LOADER = `${LIBRARIES}/ld-linux-x86-64.so.2`;

/** Returns the folder of a layer. */
export function layerPath({ layers }: Pick<Rootfs, 'layers'>, name: StepName): string {
  const path = layers.find((layer) => layer.name === name)?.path;
  if (path === undefined) throw imagerError.PROGRAM_MISSING({ path: name, tree: 'the rootfs' });
  return path;
}

/**
 * Returns the words that run a program of the layer `vmm` on this machine, with the libraries of the rootfs: the loader
 * gets their paths, and nothing is mounted.
 */
export function vmmCommand(
  rootfs: Pick<Rootfs, 'layers'>,
  program: string,
): readonly [string, ...string[]] {
  const [base, vmm] = [layerPath(rootfs, 'base'), layerPath(rootfs, 'vmm')];
  const libraries = [vmm, base].map((layer) => join(layer, LIBRARIES)).join(':');
  return [join(base, LOADER), '--library-path', libraries, join(vmm, program)];
}

/** Returns the words that run the QEMU of the rootfs on this machine, with the firmware that it has there. */
export function emulatorCommand(rootfs: Pick<Rootfs, 'layers'>): readonly [string, ...string[]] {
  const vmm = layerPath(rootfs, 'vmm');
  const folders = ['qemu', 'seabios'].flatMap((data) => ['-L', join(vmm, 'usr/share', data)]);
  return [...vmmCommand(rootfs, 'usr/bin/qemu-system-x86_64'), ...folders];
}
