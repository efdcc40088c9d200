import type { KindTable } from './kind/kind.ts';
import type { AnyManifest } from './manifest.ts';
import { type ManifestProblem, type Position, positionOf } from './problem.ts';

/** Names that occur twice, and host ports that two want, among manifests of one apply. */
export function findClashes(
  manifests: readonly AnyManifest[],
  kinds: KindTable,
): readonly ManifestProblem[] {
  const names = new Map<string, Position>();
  const ports = new Map<string, { readonly manifest: AnyManifest; readonly position: Position }>();
  const problems: ManifestProblem[] = [];
  for (const manifest of manifests) {
    const { kind, spec, positions } = manifest;
    const namePosition = positionOf(positions, 'name');
    const firstName = names.get(`${kind} ${spec.name}`);
    if (firstName) {
      const message = `${spec.name} is declared twice, first in ${place(firstName)}`;
      problems.push({ path: 'name', message, position: namePosition });
      continue;
    }
    names.set(`${kind} ${spec.name}`, namePosition);
    for (const { key, path } of hostPorts(manifest, kinds)) {
      const position = positionOf(positions, path);
      const first = ports.get(key);
      if (first === undefined) ports.set(key, { manifest, position });
      else if (first.manifest !== manifest) {
        const message = `${first.manifest.spec.name} already publishes ${key}, in ${place(first.position)}`;
        problems.push({ path, message, position });
      }
    }
  }
  return problems;
}

function hostPorts({ kind, spec }: AnyManifest, kinds: KindTable) {
  return kinds[kind]?.hostPorts?.(spec) ?? [];
}

function place(position: Position): string {
  return `${position.file}:${position.line}`;
}
