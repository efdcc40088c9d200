import { portKey } from '../kind/workload/validate-workload.ts';
import type { Manifest } from '../manifest.ts';
import { type ManifestProblem, type Position, positionOf } from '../problem.ts';

/** Names that occur twice, and host ports that two workloads want, among manifests of one apply. */
export function findClashes(manifests: readonly Manifest[]): readonly ManifestProblem[] {
  const names = new Map<string, Position>();
  const ports = new Map<string, { readonly name: string; readonly position: Position }>();
  const problems: ManifestProblem[] = [];
  for (const { kind, spec, positions } of manifests) {
    const namePosition = positionOf(positions, 'name');
    const firstName = names.get(`${kind} ${spec.name}`);
    if (firstName) {
      const message = `${spec.name} is declared twice, first in ${place(firstName)}`;
      problems.push({ path: 'name', message, position: namePosition });
      continue;
    }
    names.set(`${kind} ${spec.name}`, namePosition);
    if (kind !== 'workload') continue;
    spec.ports.forEach((port, index) => {
      const path = `${spec.kind}.ports[${index}].hostPort`;
      const position = positionOf(positions, path);
      const holder = ports.get(portKey(port));
      if (holder === undefined) ports.set(portKey(port), { name: spec.name, position });
      else if (holder.name !== spec.name) {
        const message = `${portKey(port)} is published by ${holder.name} already, in ${place(holder.position)}`;
        problems.push({ path, message, position });
      }
    });
  }
  return problems;
}

function place(position: Position): string {
  return `${position.file}:${position.line}`;
}
