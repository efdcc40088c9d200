/** All stops of the path together. */
export const MOST_LINES = 1000;

const STOP = /^\| \d+ \| `([\w./-]+\.ts)` \|.*\| (\d+) \|$/gm;

/** One file of the path through a noun that docs/contributing/getting-started.md names. */
export interface Stop {
  readonly path: string;
  /** What the page allows it. */
  readonly mostLines: number;
}

export function readPath(page: string): readonly Stop[] {
  return [...page.matchAll(STOP)].map(([, path = '', lines]) => ({
    path,
    mostLines: Number(lines),
  }));
}

/** Stops that are gone or longer than the page says, and a path that is longer than it may be. */
export async function pathProblems(
  stops: readonly Stop[],
  read: (path: string) => Promise<string | undefined>,
): Promise<string[]> {
  const problems = await Promise.all(
    stops.map(async ({ path, mostLines }) => {
      const source = await read(path);
      if (source === undefined) return [`${path}: a stop of the newcomer's path that is gone`];
      const lines = source.trimEnd().split('\n').length;
      if (lines <= mostLines) return [];
      return [`${path}: ${lines} lines, and the newcomer's path allows it ${mostLines}`];
    }),
  );
  const all = stops.reduce((sum, { mostLines }) => sum + mostLines, 0);
  if (all === 0)
    problems.push(["docs/contributing/getting-started.md: the newcomer's path is gone"]);
  if (all > MOST_LINES) {
    problems.push([`the newcomer's path may have ${all} lines: ${MOST_LINES} are the most`]);
  }
  return problems.flat();
}
