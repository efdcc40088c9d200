import { levelOf, nameOfPlace } from '../../../resource/place/place.ts';
import type { ScopeSpec } from '../../../resource/place/scope.ts';
import { CELL_API } from '../../read/foreign-document.ts';

/** The document that `readScope` reads back into the same scope. */
export function printScope({ place, labels, namespace }: ScopeSpec): object {
  const name = nameOfPlace(place);
  const level = levelOf(place);
  const { realm, space } = place;
  return {
    apiVersion: CELL_API,
    kind: `${level.slice(0, 1).toUpperCase()}${level.slice(1)}`,
    metadata: { name, ...(Object.keys(labels).length > 0 && { labels: { ...labels } }) },
    spec: {
      id: name,
      ...(level !== 'realm' && { realmId: realm }),
      ...(level === 'stack' && { spaceId: space }),
      ...(level === 'realm' && namespace !== undefined && { namespace }),
    },
  };
}
