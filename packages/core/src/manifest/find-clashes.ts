import { describeHostPort, portsClash } from '../resource/cell/host-port.ts';
import type { KindTable, PublishedHostPort } from './kind/kind.ts';
import type { AnyManifest } from './manifest.ts';
import { type ManifestProblem, type Position, positionOf } from './problem.ts';

/** Names that occur twice, and host ports that two want, among manifests of one apply. */
export function findClashes(
  manifests: readonly AnyManifest[],
  kinds: KindTable,
): readonly ManifestProblem[] {
  const names = new Map<string, Position>();
  const ports: PlacedPort[] = [];
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
    const own = hostPorts(manifest, kinds).map(({ port, path }) => {
      return { manifest, port, path, position: positionOf(positions, path) };
    });
    problems.push(...own.flatMap((one) => clashOf(one, ports)));
    ports.push(...own);
  }
  return problems;
}

interface PlacedPort extends PublishedHostPort {
  readonly manifest: AnyManifest;
  readonly position: Position;
}

function clashOf(
  { port, path, position }: PlacedPort,
  earlier: readonly PlacedPort[],
): readonly ManifestProblem[] {
  const first = earlier.find((other) => portsClash(other.port, port));
  if (first === undefined) return [];
  const name = first.manifest.spec.name;
  const message = `${name} already publishes ${describeHostPort(port)}, in ${place(first.position)}`;
  return [{ path, message, position }];
}

function hostPorts({ kind, spec }: AnyManifest, kinds: KindTable) {
  return kinds[kind]?.hostPorts?.(spec) ?? [];
}

function place(position: Position): string {
  return `${position.file}:${position.line}`;
}
