import { posix } from 'node:path';
import type { SourceFile, Workspace } from './workspace.ts';

/** The path of the file that an import names, where it is in this repository. */
export function resolveImport(
  specifier: string,
  from: SourceFile,
  { exported }: Pick<Workspace, 'exported'>,
): string | undefined {
  if (specifier.startsWith('.')) return posix.join(posix.dirname(from.path), specifier);
  return exported.get(specifier);
}
