/** One thing that is wrong with a spec. */
export interface Problem {
  /** Where, in the manifest's own words: `container.ports[0].hostPort`; `` for the whole. */
  readonly path: string;
  /** The fault, in one line. */
  readonly message: string;
  /** The value or field to write instead. */
  readonly hint?: string | undefined;
}

/** A place in a file; line and column count from 1. */
export interface Position {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** A problem with the place in the file that causes it. */
export interface ManifestProblem extends Problem {
  readonly position: Position;
}

/** `web.yaml:4:3: container.ports[0].hostPort: 70000 is not a port (…)` */
export function describeProblem(problem: Problem & { readonly position?: Position }): string {
  const { position, path, message, hint } = problem;
  const place = position ? `${position.file}:${position.line}:${position.column}: ` : '';
  return `${place}${path === '' ? '' : `${path}: `}${message}${hint === undefined ? '' : ` (${hint})`}`;
}

/** The place of a path, or of its nearest parent that has one. */
export function positionOf(positions: ReadonlyMap<string, Position>, path: string): Position {
  for (
    let at = path;
    at !== '';
    at = at.slice(0, Math.max(at.lastIndexOf('.'), at.lastIndexOf('['), 0))
  ) {
    const position = positions.get(at);
    if (position) return position;
  }
  return positions.get('') ?? { file: '', line: 1, column: 1 };
}
