import type { CheckLevel } from '@capsule/core';
import type { Style } from '../../program/context/output.ts';

const STYLES: Readonly<Record<CheckLevel, Style>> = { ok: 'green', warn: 'yellow', fail: 'red' };

/** Pure. */
export function levelWord(level: CheckLevel): string {
  return level.toUpperCase();
}

/** Pure. */
export function levelStyle(level: CheckLevel): Style {
  return STYLES[level];
}
