import type { HostPort } from '../../resource/cell/host-port.ts';
import type { Problem } from '../problem.ts';
import type { DocumentReader, Place } from '../read/document-reader.ts';
import type { JsonSchema } from '../schema/json-schema.ts';
import type { FieldChange } from './field-change.ts';

/** Everything that is known of one kind of manifest: a row of `KINDS`. */
export interface Kind<Spec extends NamedSpec> {
  /** How a document of it may be written, in the order in which people are shown them. */
  readonly forms: readonly KindForm[];
  /** The `apiVersion:` of its documents; absent: they have none. */
  readonly apiVersion?: string;
  /** Kinds of a lower number are applied first, whatever the order in a file. */
  readonly applyOrder: number;
  /**
   * Reads a document whose `kind:` is `word`, one of its forms. Records unreadable fields in the reader;
   * returns undefined when the rest cannot be validated.
   */
  read(reader: DocumentReader, root: Place, word: string): Spec | undefined;
  /** Every rule that can be checked without looking at a capsule. Paths are those of a manifest. Pure. */
  validate(spec: Spec): readonly Problem[];
  /** Every field that differs; for a new one every field that says something. Pure. */
  diff(before: Spec | undefined, after: Spec): readonly FieldChange[];
  /** The document that `read` reads back into the same spec. */
  print(spec: Spec): object;
  /** Ports of the capsule that it takes for itself. Absent: none. */
  hostPorts?(spec: Spec): readonly PublishedHostPort[];
}

export interface NamedSpec {
  readonly name: string;
}

export interface KindForm {
  /** Allowed values of `kind:`; the first one is preferred. */
  readonly words: readonly string[];
  /** Of the whole document. */
  readonly schema: JsonSchema;
}

export interface PublishedHostPort {
  readonly port: HostPort;
  /** Where the manifest says so. */
  readonly path: string;
}

/** Rows by what a manifest of the kind is called in code. Two manifests of a kind never have one name. */
// biome-ignore lint/suspicious/noExplicitAny: each row has a spec of its own
export type KindTable<Name extends string = string> = Readonly<Record<Name, Kind<any>>>;

export type SpecOf<Row> = Row extends Kind<infer Spec> ? Spec : never;
