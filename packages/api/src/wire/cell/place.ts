import { create } from '@bufbuild/protobuf';
import { isName, LEVELS, type Level, type Place, placeOf } from '@capsule/core';
import { apiError } from '../../errors.ts';
import {
  PlaceSchema,
  Level as WireLevel,
  type Place as WirePlace,
} from '../../gen/capsule/v1/place_pb.ts';
import { defineChoice } from '../choice.ts';
import { clip } from '../clip.ts';

const level = defineChoice<Level, WireLevel>({
  realm: WireLevel.REALM,
  space: WireLevel.SPACE,
  stack: WireLevel.STACK,
  cell: WireLevel.CELL,
  container: WireLevel.CONTAINER,
});

export function levelToProto(value: Level): WireLevel {
  return level.toProto(value);
}

/** Fails with `API_PLACE_INVALID`. */
export function levelFromProto(value: WireLevel): Level {
  const known = level.fromProto(value);
  if (known === undefined) throw apiError.PLACE_INVALID({ problem: `level ${value} is not known` });
  return known;
}

export function placeToProto(place: Place): WirePlace {
  return create(PlaceSchema, place);
}

/** Fails with `API_PLACE_INVALID` for a part that is no name, or without one of the outer parts. */
export function placeFromProto(wire: WirePlace | undefined): Place {
  const parts = LEVELS.map((part) => wire?.[part] ?? '');
  const count = parts.indexOf('');
  const named = count === -1 ? parts : parts.slice(0, count);
  const [missing] = LEVELS.slice(named.length);
  if (parts.some((part, at) => at > named.length && part !== '') || named.length === 0) {
    throw apiError.PLACE_INVALID({ problem: `${missing ?? 'realm'} is missing` });
  }
  const wrong = named.find((part) => !isName(part));
  if (wrong !== undefined) {
    throw apiError.PLACE_INVALID({ problem: `${JSON.stringify(clip(wrong, 80))} is not a name` });
  }
  return placeOf(named);
}

/** The parts that a filter names; empty ones mean any. */
export function filterFromProto(wire: WirePlace | undefined): Partial<Place> {
  const named = LEVELS.flatMap((part) => (wire?.[part] ? [[part, wire[part]] as const] : []));
  return Object.fromEntries(named);
}
