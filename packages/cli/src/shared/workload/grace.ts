import type { Input } from '../../program/input.ts';
import { parseDuration } from '../argument/duration.ts';

export const GRACE_FLAG = {
  flags: '--grace <duration>',
  summary: 'grace period, instead of that of the manifest: 30s, 2m; 0 kills immediately',
} as const;

const BARE_SECONDS = /^\d{1,9}$/;

/** `graceSeconds` of a request, where `--grace` was given; a bare number is seconds. */
export function readGrace(input: Input): { readonly graceSeconds?: number } {
  const text = input.text('grace');
  if (text === undefined) return {};
  const ms = BARE_SECONDS.test(text) ? Number(text) * 1000 : parseDuration(text);
  if (ms !== undefined && ms % 1000 === 0) return { graceSeconds: ms / 1000 };
  const given = JSON.stringify(text);
  throw input.refuse(`--grace takes whole seconds, like 30s or 2m, not ${given}`);
}
