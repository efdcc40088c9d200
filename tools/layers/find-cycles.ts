import { posix } from 'node:path';
import type { SourceFile } from './workspace.ts';

/**
 * Cycles of modules that need each other to start, each once, as the paths along it. Imports of types
 * and calls of `import()` do not count.
 */
export function findCycles(files: readonly SourceFile[]): string[][] {
  const edges = new Map(files.map((file) => [file.path, targetsOf(file)]));
  const done = new Set<string>();
  const cycles: string[][] = [];

  const visit = (path: string, trail: readonly string[]): void => {
    const start = trail.indexOf(path);
    if (start >= 0) {
      cycles.push([...trail.slice(start), path]);
      return;
    }
    if (done.has(path)) return;
    for (const target of edges.get(path) ?? []) visit(target, [...trail, path]);
    done.add(path);
  };

  for (const path of edges.keys()) visit(path, []);
  return cycles;
}

function targetsOf(file: SourceFile): string[] {
  return file.imports.flatMap(({ specifier, when }) => {
    if (when !== 'start') return [];
    if (specifier.startsWith('.')) return [posix.join(posix.dirname(file.path), specifier)];
    const [, name] = /^@capsule\/(\w+)$/.exec(specifier) ?? [];
    return name === undefined ? [] : [`packages/${name}/src/index.ts`];
  });
}
