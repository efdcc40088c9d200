import type { ContainerSpec } from '@capsule/core';
import { ensureFolder } from '@capsule/host';

/** In a specification: the sources of binds that a start makes where they are missing, as JSON. */
const ANNOTATION = 'capsule.ensured-sources';

interface Annotated {
  readonly annotations?: Readonly<Record<string, string>>;
}

/** Writes into a specification which sources each start has to make. Pure. */
export function withEnsuredSources(
  spec: object,
  { hostBindPaths }: Pick<ContainerSpec, 'hostBindPaths'>,
): object {
  const sources = hostBindPaths.flatMap(({ source, ensure }) => (ensure ? [source] : []));
  if (sources.length === 0) return spec;
  return { ...spec, annotations: { [ANNOTATION]: JSON.stringify(sources) } };
}

/** The sources that `withEnsuredSources` wrote into a specification as containerd keeps it. Pure. */
export function readEnsuredSources(spec: Uint8Array | undefined): readonly string[] {
  const text = Buffer.from(spec ?? []).toString();
  if (!text.includes(ANNOTATION)) return [];
  return JSON.parse((JSON.parse(text) as Annotated).annotations?.[ANNOTATION] ?? '[]');
}

/** Makes the folders that are missing: a folder in `/run`, for one, is gone after each boot. */
export async function ensureSources(sources: readonly string[]): Promise<void> {
  for (const source of sources) await ensureFolder(source);
}
