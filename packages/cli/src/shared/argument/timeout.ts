import type { Input } from '../../program/input.ts';
import { parseDuration } from './duration.ts';

export const TIMEOUT_FLAG = {
  flags: '--timeout <duration>',
  summary: 'how long to wait: 90s, 5m',
} as const;

/** Milliseconds of `--timeout`; undefined when it was not given. */
export function readTimeout(input: Input): number | undefined {
  const text = input.text('timeout');
  if (text === undefined) return undefined;
  const ms = parseDuration(text);
  if (ms !== undefined && ms > 0) return ms;
  throw input.refuse(`--timeout takes a duration like 90s or 5m, not ${JSON.stringify(text)}`);
}
