import type { Ulimit } from '@capsule/core';
import type { OciRlimit } from './types.ts';

/** RLIM_INFINITY, which a JavaScript number cannot represent: it is written to the JSON as raw text. */
const UNLIMITED = rawJson('18446744073709551615');

/** `openFiles` applies where the manifest sets none. */
export function describeRlimits(
  ulimits: readonly Ulimit[],
  openFiles: number,
): readonly OciRlimit[] {
  const own = { type: 'RLIMIT_NOFILE', soft: openFiles, hard: openFiles };
  const wanted = ulimits.map(({ name, soft, hard }) => ({
    type: `RLIMIT_${name.toUpperCase()}`,
    soft: soft === 'unlimited' ? UNLIMITED : soft,
    hard: hard === 'unlimited' ? UNLIMITED : hard,
  }));
  return wanted.some(({ type }) => type === own.type) ? wanted : [...wanted, own];
}

/** Node has it; TypeScript's library does not list it yet (a stage 4 proposal of TC39). */
function rawJson(text: string): unknown {
  return (JSON as unknown as { rawJSON(text: string): unknown }).rawJSON(text);
}
