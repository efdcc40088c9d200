import { containerKey } from '@capsule/core';
import type { PlacedContainer } from '../steps.ts';

/**
 * Returns the index among all mounts of a cell, whose containers may mount folders of one volume.
 * Pure.
 */
export function folderIndex({ cell, container }: PlacedContainer, mount: number): number {
  const key = containerKey(container.ref);
  const at = cell.containers.findIndex(({ ref }) => containerKey(ref) === key);
  const before = cell.containers.slice(0, at);
  return before.reduce((count, { spec }) => count + spec.mounts.length, mount);
}
