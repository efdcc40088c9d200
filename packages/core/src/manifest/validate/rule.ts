import type { Problem } from '../problem.ts';

/** Absolute, without `..` and NUL, and no longer than Linux takes. */
export function isAbsolute(path: string): boolean {
  return (
    path.startsWith('/') &&
    path.length < 4096 &&
    !path.includes('\0') &&
    !path.includes('\n') &&
    !path.split('/').includes('..')
  );
}

export function isWhole(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

/** A problem where the number, if there is one, is not whole or not in the range. */
export function problemsOfRange(
  path: string,
  value: number | undefined,
  least: number,
  most: number,
  unit: string,
): Problem[] {
  if (value === undefined || (isWhole(value) && value >= least && value <= most)) return [];
  // The reader has reported an unreadable value.
  if (Number.isNaN(value)) return [{ path, message: 'is not a number' }];
  const range = most === Number.MAX_SAFE_INTEGER ? `at least ${least}` : `${least} to ${most}`;
  return [{ path, message: `${value} is out of range: ${range} ${unit}`.trimEnd() }];
}

export function problemsOfLength(path: string, items: readonly unknown[], most: number): Problem[] {
  if (items.length <= most) return [];
  return [{ path, message: `has ${items.length} items; at most ${most} are allowed` }];
}

export function quote(text: string): string {
  return JSON.stringify(text.length > 80 ? `${text.slice(0, 80)}…` : text);
}
