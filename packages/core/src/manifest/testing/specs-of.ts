import type { Manifest } from '../manifest.ts';

type SpecOf<Kind extends Manifest['kind']> = Extract<Manifest, { kind: Kind }>['spec'];

/** The specs in manifests of one kind, in their order. */
export function specsOf<Kind extends Manifest['kind']>(
  kind: Kind,
  manifests: readonly Manifest[],
): readonly SpecOf<Kind>[] {
  return manifests
    .filter((manifest) => manifest.kind === kind)
    .map(({ spec }) => spec as SpecOf<Kind>);
}
