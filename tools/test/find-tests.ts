import { glob } from 'node:fs/promises';
import { join } from 'node:path';
import { SLOW_TESTS } from './slow-tests.ts';

/** Test files by pattern: those with slow tests first, in the order of their list, then the others by name. */
export async function findTests(root: string, patterns: readonly string[]): Promise<string[]> {
  const found = await Array.fromAsync(glob([...patterns], { cwd: root }));
  return orderTests(found, [...new Set(SLOW_TESTS.map(({ file }) => file))]).map((file) =>
    join(root, file),
  );
}

/** Those that are `slow` first, in their order. Pure. */
export function orderTests(files: readonly string[], slow: readonly string[]): readonly string[] {
  const isThere = new Set(files);
  const first = slow.filter((file) => isThere.has(file));
  const isFirst = new Set(first);
  return [...first, ...files.filter((file) => !isFirst.has(file)).sort()];
}
