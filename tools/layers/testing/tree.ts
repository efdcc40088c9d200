import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { TestContext } from 'node:test';
import { loadWorkspace, type Workspace } from '../workspace.ts';

/** A package.json that declares these. */
export function manifest(...dependencies: readonly string[]): string {
  return JSON.stringify({ dependencies: Object.fromEntries(dependencies.map((d) => [d, '1'])) });
}

/** A workspace of these files, by their paths. */
export async function tree(
  t: TestContext,
  files: Readonly<Record<string, string>>,
): Promise<Workspace> {
  const root = await mkdtemp(join(tmpdir(), 'capsule-layers-'));
  t.after(() => rm(root, { recursive: true }));
  const all = {
    'package.json': JSON.stringify({ devDependencies: { 'fast-check': '1' } }),
    ...files,
  };
  for (const [path, content] of Object.entries(all)) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), content);
  }
  return loadWorkspace(root);
}
