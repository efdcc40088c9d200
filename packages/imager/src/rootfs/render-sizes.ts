import type { Rootfs } from './build-rootfs.ts';

/** The table of parts and sizes, for a person. */
export function renderSizes(rootfs: Rootfs): string {
  const total = rootfs.layers.reduce((sum, layer) => sum + layer.sizeBytes, 0);
  const rows = rootfs.layers.map((layer) => row(layer.name, layer.sizeBytes, layer.path));
  return [...rows, row('total', total, '')].map((line) => `${line.trimEnd()}\n`).join('');
}

function row(name: string, sizeBytes: number, path: string): string {
  return `${name.padEnd(8)} ${(sizeBytes / 1e6).toFixed(1).padStart(7)} MB  ${path}`;
}
