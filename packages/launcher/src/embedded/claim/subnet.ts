import { createHash } from 'node:crypto';
import { embeddedError } from '../errors.ts';

/** A range of IPv4 addresses: `base` as a number, `prefix` bits long. */
export interface Range {
  readonly base: number;
  readonly prefix: number;
}

/** The four addresses of one capsule. */
export interface Subnet {
  /** `10.213.7.4/30` */
  readonly cidr: string;
  readonly hostAddress: string;
  readonly capsuleAddress: string;
}

export const DEFAULT_POOL = '10.213.0.0/16';
const CAPSULE_PREFIX = 30;
const SIZE = 2 ** (32 - CAPSULE_PREFIX);

/**
 * Picks four addresses out of `pool` that overlap nothing in `taken`. The search begins at a place
 * that depends on the name, so that a capsule usually gets the same address each time. Pure.
 * Fails with `EMBEDDED_NO_SUBNET` or `EMBEDDED_POOL_INVALID`.
 */
export function pickSubnet(name: string, pool: string, taken: readonly Range[]): Subnet {
  const range = parseRange(pool);
  if (range === undefined || range.prefix > CAPSULE_PREFIX || range.prefix < 8) {
    throw embeddedError.POOL_INVALID({ pool });
  }
  const slots = 2 ** (CAPSULE_PREFIX - range.prefix);
  const first = createHash('sha256').update(name).digest().readUInt32BE(0) % slots;
  for (let tried = 0; tried < slots; tried++) {
    const base = range.base + ((first + tried) % slots) * SIZE;
    const candidate = { base, prefix: CAPSULE_PREFIX };
    if (!taken.some((other) => overlap(candidate, other))) return subnetAt(base);
  }
  throw embeddedError.NO_SUBNET({ pool });
}

/** Reads `10.1.2.0/24`, or a single address; undefined for anything else (`default`). */
export function parseRange(text: string): Range | undefined {
  const match = /^(\d+)\.(\d+)\.(\d+)\.(\d+)(?:\/(\d+))?$/.exec(text);
  if (match === null) return undefined;
  const octets = match.slice(1, 5).map(Number);
  const prefix = Number(match[5] ?? 32);
  if (octets.some((octet) => octet > 255) || prefix > 32) return undefined;
  const address = octets.reduce((sum, octet) => sum * 256 + octet, 0);
  return { base: address - (address % 2 ** (32 - prefix)), prefix };
}

export function overlap(a: Range, b: Range): boolean {
  const endA = a.base + 2 ** (32 - a.prefix);
  const endB = b.base + 2 ** (32 - b.prefix);
  return a.base < endB && b.base < endA;
}

function subnetAt(base: number): Subnet {
  return {
    cidr: `${formatAddress(base)}/${CAPSULE_PREFIX}`,
    hostAddress: formatAddress(base + 1),
    capsuleAddress: formatAddress(base + 2),
  };
}

function formatAddress(address: number): string {
  return [24, 16, 8, 0].map((shift) => Math.floor(address / 2 ** shift) % 256).join('.');
}
