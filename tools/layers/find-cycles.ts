import { findCircles } from './find-circles.ts';
import { resolveImport } from './resolve-import.ts';
import type { Workspace } from './workspace.ts';

/**
 * Modules that name each other in a circle, each circle once, as the paths along it. Imports of types
 * and late imports count: such files can only be understood together.
 */
export function findCycles(workspace: Workspace): string[][] {
  const edges = workspace.files.map((file) => {
    const targets = file.imports.map(({ specifier }) => resolveImport(specifier, file, workspace));
    return [file.path, targets.filter((target) => target !== undefined)] as const;
  });
  return findCircles(new Map(edges));
}
