import type { ScopeLevel } from '../../../resource/place/scope.ts';
import { fields, type JsonSchema, text } from '../../schema/json-schema.ts';
import { documentSchema, PLACES } from '../cell/cell-schema.ts';

const id = text('Repeats metadata.name.');

export const SCOPE_SCHEMAS: Readonly<Record<ScopeLevel, JsonSchema>> = {
  realm: documentSchema(
    'Realm',
    'A containerd namespace with its own images and spaces.',
    fields('', {
      id,
      namespace: text('The containerd namespace. Default: kukeon-<realm>. Never changes.'),
    }),
  ),
  space: documentSchema(
    'Space',
    'A network: one bridge and one range of addresses.',
    fields('', { id, realmId: PLACES.realmId }),
  ),
  stack: documentSchema(
    'Stack',
    'A group of cells.',
    fields('', { id, realmId: PLACES.realmId, spaceId: PLACES.spaceId }),
  ),
};
