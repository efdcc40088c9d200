import { formatBytes } from './bytes.ts';

/** `45% of 28 MiB`, for a line that has more room. */
export function describeAmount({
  doneBytes,
  totalBytes,
}: {
  readonly doneBytes: number;
  readonly totalBytes: number;
}): string {
  if (totalBytes === 0) return doneBytes === 0 ? '' : formatBytes(doneBytes);
  const percent = Math.floor(Math.min(doneBytes / totalBytes, 1) * 100);
  return `${percent}% of ${formatBytes(totalBytes)}`;
}

/** `1 container`, `3 containers`. */
export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
