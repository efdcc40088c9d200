import type { KindTable } from './kind/kind.ts';
import type { AnyManifest } from './manifest.ts';

/** The document that reads back into the same spec. */
export function printManifest<Name extends string>(
  { kind, spec }: Pick<AnyManifest<Name>, 'kind' | 'spec'>,
  kinds: KindTable<Name>,
): object {
  return kinds[kind].print(spec);
}
