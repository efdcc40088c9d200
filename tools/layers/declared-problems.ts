import { packageName } from './import-problems.ts';
import type { Workspace } from './workspace.ts';

/** Installed ahead of the work that imports them: a row leaves with its first import. */
const AHEAD: ReadonlySet<string> = new Set(['packages/daemon jose', 'packages/daemon ws']);

/** Returns the dependencies that a package declares and nothing of it imports, as lines for people. */
export function declaredProblems({ declared, files }: Workspace): string[] {
  return [...declared].flatMap(([home, names]) => {
    const own = files.filter((file) => file.home === home);
    const used = new Set(
      own.flatMap(({ imports }) => imports.map(({ specifier }) => packageName(specifier))),
    );
    return [...names]
      .filter((name) => !used.has(name) && !AHEAD.has(`${home} ${name}`))
      .map((name) => `${home} declares ${name}, which nothing there imports`);
  });
}
