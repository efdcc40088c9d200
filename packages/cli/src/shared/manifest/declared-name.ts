import {
  type Declared,
  namedPlace,
  type Place,
  placeOfCell,
  placeOfContainer,
} from '@capsule/core';

/** How people know a declaration: `web`, or with its level `cell prod/shop/default/web`. */
export function declaredName(declared: Declared): string {
  const place = declaredPlace(declared);
  return place === undefined ? declared.spec.name : namedPlace(place);
}

/** Undefined for everything that is in no realm. */
export function declaredPlace(declared: Declared): Place | undefined {
  switch (declared.kind) {
    case 'realm':
    case 'space':
    case 'stack':
      return declared.spec.place;
    case 'cell':
      return placeOfCell(declared.spec.id);
    case 'container':
      return placeOfContainer(declared.spec.ref);
    default:
      return undefined;
  }
}
