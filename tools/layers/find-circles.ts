/** Circles of a graph, as the nodes along each: at least one of every knot. */
export function findCircles(edges: ReadonlyMap<string, readonly string[]>): string[][] {
  const done = new Set<string>();
  const circles: string[][] = [];

  const visit = (node: string, trail: readonly string[]): void => {
    const start = trail.indexOf(node);
    if (start >= 0) {
      circles.push([...trail.slice(start), node]);
      return;
    }
    if (done.has(node)) return;
    for (const target of edges.get(node) ?? []) visit(target, [...trail, node]);
    done.add(node);
  };

  for (const node of edges.keys()) visit(node, []);
  return circles;
}
