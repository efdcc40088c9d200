import { parseSize, roundUpToUnit, VOLUME_UNIT_BYTES } from '@capsule/core';
import type { Input } from '../../program/input.ts';

/** MiB of a size as people write it, rounded up. Fails with `CLI_USAGE`; whether it is possible, the capsule says. */
export function readMebibytes(input: Input, what: string, text: string): bigint {
  const bytes = parseSize(text);
  if (bytes !== undefined && bytes > 0) return BigInt(roundUpToUnit(bytes) / VOLUME_UNIT_BYTES);
  const [, count, unit] = /^(\d+)\s*([KMGT])B$/i.exec(text) ?? [];
  throw input.refuse(
    `${what} takes a size, not ${JSON.stringify(text)}`,
    unit === undefined
      ? 'write a number of bytes, or a whole number with K, M, G or T: 512M, 10G'
      : `write ${count}${unit.toUpperCase()}iB; units are powers of 1024`,
  );
}
