import type { Ulimit } from '@capsule/core';
import type { OciRlimit } from './types.ts';

/** RLIM_INFINITY, more than a JavaScript number counts exactly: it goes into the JSON as it stands. */
const UNLIMITED = rawJson('18446744073709551615');

export function describeRlimits(ulimits: readonly Ulimit[]): readonly OciRlimit[] {
  return ulimits.map(({ name, soft, hard }) => ({
    type: `RLIMIT_${name.toUpperCase()}`,
    soft: soft === 'unlimited' ? UNLIMITED : soft,
    hard: hard === 'unlimited' ? UNLIMITED : hard,
  }));
}

/** Node has it; TypeScript's library does not list it yet (a stage 4 proposal of TC39). */
function rawJson(text: string): unknown {
  return (JSON as unknown as { rawJSON(text: string): unknown }).rawJSON(text);
}
