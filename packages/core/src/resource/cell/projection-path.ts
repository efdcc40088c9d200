/** A realm, or something in it: the deepest name that is given, with all names above it. */
export interface ProjectionPlace {
  readonly realm: string;
  readonly space?: string;
  readonly stack?: string;
  readonly cell?: string;
  readonly container?: string;
}

/**
 * The file of a place in the projection. Names hold no dot and every file ends in `.yaml`, so no name of a folder is ever
 * that of a file, and two places never share a path.
 */
export function projectionPath(place: ProjectionPlace): string {
  const { realm, space, stack, cell, container } = place;
  if (space === undefined) return `${realm}/realm.yaml`;
  if (stack === undefined) return `${realm}/${space}/space.yaml`;
  if (cell === undefined) return `${realm}/${space}/${stack}/stack.yaml`;
  const folder = `${realm}/${space}/${stack}/${cell}`;
  if (container === undefined) return `${folder}/cell.yaml`;
  return `${folder}/containers/${container}.yaml`;
}
