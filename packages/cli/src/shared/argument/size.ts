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
      ? 'write a whole number of bytes, or with the unit MiB, GiB or TiB: 512MiB, 10G'
      : `write ${count}${unit.toUpperCase()}iB; units are powers of 1024`,
  );
}
