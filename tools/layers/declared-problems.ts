import { packageName } from './import-problems.ts';
import type { Workspace } from './workspace.ts';

/** Returns the dependencies that a package declares and nothing of it imports, as lines for people. */
export function declaredProblems({ declared, files }: Workspace): string[] {
  return [...declared].flatMap(([home, names]) => {
    const own = files.filter((file) => file.home === home);
    const used = new Set(
      own.flatMap(({ imports }) => imports.map(({ specifier }) => packageName(specifier))),
    );
    return [...names]
      .filter((name) => !used.has(name))
      .map((name) => `${home} declares ${name}, which nothing there imports`);
  });
}
