import { createHash } from 'node:crypto';
import type { ContainerRef } from '@capsule/core';

/** containerd's own limit and rule for names of containers and snapshots. */
const MAX_LENGTH = 76;
const PATTERN = /^[A-Za-z0-9]+(?:[._-][A-Za-z0-9]+)*$/;

const HASH_DIGITS = 32;

/**
 * Returns the name of a container in containerd, unambiguous for all legal names: readable where it fits
 * containerd's rule, otherwise cut and completed by a hash. Only hashed names contain a dot.
 */
export function containerId({ cell, container }: ContainerRef): string {
  const parts = [cell.space, cell.stack, cell.cell, container];
  const readable = parts.join('_');
  if (readable.length <= MAX_LENGTH && PATTERN.test(readable)) return readable;
  const hash = createHash('sha256').update(JSON.stringify(parts)).digest('hex');
  const prefix = readable
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, MAX_LENGTH - HASH_DIGITS - 1)
    .replace(/^-+|-+$/g, '');
  return `${prefix}.${hash.slice(0, HASH_DIGITS)}`;
}
