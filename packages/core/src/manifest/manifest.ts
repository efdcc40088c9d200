import type { SpecOf } from './kind/kind.ts';
import type { KINDS } from './kind/kinds.ts';
import type { Position } from './problem.ts';

/** One document of a manifest file, checked; of any kind of a table. */
export interface ManifestOf<Name extends string, Spec> {
  readonly kind: Name;
  readonly spec: Spec;
  /** Where each field of the document stands, by path; `` is the document itself. */
  readonly positions: ReadonlyMap<string, Position>;
}

// biome-ignore lint/suspicious/noExplicitAny: each kind has a spec of its own
export type AnyManifest<Name extends string = string> = ManifestOf<Name, any>;

type Kinds = typeof KINDS;

export type Manifest = {
  [Name in keyof Kinds]: ManifestOf<Name, SpecOf<Kinds[Name]>>;
}[keyof Kinds];

/** The declarations of a manifest, wherever it is stored. */
export type Declared = {
  [Name in keyof Kinds]: { readonly kind: Name; readonly spec: SpecOf<Kinds[Name]> };
}[keyof Kinds];
