import { type Place as NodePlace, placeOf } from '../../../resource/place/place.ts';
import type { ScopeLevel, ScopeSpec } from '../../../resource/place/scope.ts';
import type { DocumentReader, FieldTable, Place } from '../../read/document-reader.ts';
import { readText } from '../../read/read-words.ts';
import { LATER_FIELD } from '../cell/later-fields.ts';
import { DEFAULT_PARTS, readHead } from '../cell/read-head.ts';

/** A realm, space or stack with the name that people see. */
export interface ScopeManifest extends ScopeSpec {
  readonly name: string;
}

/** Keys of `spec:` by level, the outer parts first. */
const PARENTS: Readonly<Record<ScopeLevel, readonly ('realmId' | 'spaceId')[]>> = {
  realm: [],
  space: ['realmId'],
  stack: ['realmId', 'spaceId'],
};

const REFUSED: Readonly<Record<ScopeLevel, Readonly<Record<string, string>>>> = {
  realm: { registryCredentials: 'log in to registries with `registry login`' },
  space: {
    network: LATER_FIELD,
    defaults: LATER_FIELD,
    cniConfigPath: 'the capsule makes the network of a space itself',
  },
  stack: {},
};

/** Keys of `spec:` of a realm, space or stack. Pure. */
export function scopeTable(level: ScopeLevel): FieldTable {
  const own = level === 'realm' ? ['namespace'] : [];
  return { fields: ['id', ...PARENTS[level], ...own], refused: REFUSED[level] };
}

/** A document of `kind: Realm`, `Space` or `Stack`. */
export function readScope(
  level: ScopeLevel,
): (reader: DocumentReader, root: Place) => ScopeManifest | undefined {
  return (reader, root) => {
    const head = readHead(reader, root, scopeTable(level));
    if (head === undefined) return undefined;
    const { name, labels, spec } = head;
    const parents = PARENTS[level].map(
      (key) => readText(reader, spec.get(key)) || DEFAULT_PARTS[key],
    );
    const place: NodePlace = placeOf([...parents, name]);
    const namespace = readText(reader, spec.get('namespace'));
    const path = [...parents, name].join('/');
    return { name: path, place, labels, ...(namespace !== '' && { namespace }) };
  };
}
