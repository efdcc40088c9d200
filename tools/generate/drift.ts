import { glob, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** A file of the outputs that is not the same in two trees. */
export interface Drift {
  readonly path: string;
  readonly change: 'missing' | 'differs' | 'stale';
}

/** Compares `outputs` below `actual` with what they should be, below `expected`. */
export async function findDrift(
  outputs: readonly string[],
  actual: string,
  expected: string,
): Promise<Drift[]> {
  const [have, want] = await Promise.all([
    listFiles(outputs, actual),
    listFiles(outputs, expected),
  ]);
  const drift: Drift[] = [];
  for (const path of want) {
    if (!have.has(path)) drift.push({ path, change: 'missing' });
    else if (!(await sameContent(join(actual, path), join(expected, path)))) {
      drift.push({ path, change: 'differs' });
    }
  }
  for (const path of have) if (!want.has(path)) drift.push({ path, change: 'stale' });
  return drift.sort((a, b) => a.path.localeCompare(b.path));
}

async function listFiles(outputs: readonly string[], root: string): Promise<Set<string>> {
  const files = new Set<string>();
  for (const output of outputs) {
    const patterns = [output, `${output}/**`];
    for await (const entry of glob(patterns, { cwd: root, withFileTypes: true })) {
      if (entry.isFile()) files.add(join(entry.parentPath, entry.name).slice(root.length + 1));
    }
  }
  return files;
}

async function sameContent(a: string, b: string): Promise<boolean> {
  const [left, right] = await Promise.all([readFile(a), readFile(b)]);
  return left.equals(right);
}
