import type { ContainerRef } from '../../../resource/cell/container-ref.ts';

/** The driver shortens longer ids with a digest. */
const READABLE_MOST = 76;

/** Whether containerd can have the container under this id. Pure. */
export function isContainerdId(
  id: string,
  { cell: { space, stack, cell }, container }: ContainerRef,
): boolean {
  const readable = [space, stack, cell, container].join('_');
  if (id === readable) return true;
  const [start = '', digest = ''] = id.split('.');
  const shortened = readable.replace(/[^a-z0-9]+/g, '-');
  return readable.length > READABLE_MOST || readable.includes('--')
    ? digest !== '' && shortened.startsWith(start)
    : false;
}
