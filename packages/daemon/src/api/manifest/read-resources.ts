import {
  askedStateFromProto,
  cellDocumentFromProto,
  containerDocumentFromProto,
  type ManifestApplyRequest,
  scopeSpecFromProto,
  specFromProto,
  type CellContainer as WireContainer,
} from '@capsule/api/wire';
import {
  type CapsuleError,
  type CellDocument,
  type CellId,
  type ContainerDocument,
  cellOfPlace,
  type Place,
  placeOfCell,
} from '@capsule/core';
import type { DesiredCell } from '../../cell/apply.ts';
import type { DesiredScope } from '../../manifest/kinds.ts';
import { type Outcome, refusal } from '../../manifest/outcome.ts';
import type { DesiredWorkload } from '../../workload/commands.ts';

/** One resource of a request, or why it cannot be read. */
export type Read<T> = { readonly desired: T } | { readonly error: CapsuleError };

/** The resources of a request that may be unreadable, in its order; containers follow cells. */
export interface ReadResources {
  readonly scopes: readonly Read<DesiredScope>[];
  readonly cells: readonly Read<DesiredCell>[];
  readonly workloads: readonly Read<DesiredWorkload>[];
}

/** `resolveAlias` replaces the alias of a realm, unless the request declares a realm of that name. */
export function readResources(
  request: ManifestApplyRequest,
  resolveAlias: (place: Place) => Place,
): ReadResources {
  const { createOnly } = request;
  const declared = new Set(
    request.scopes.flatMap(({ place }) => (place && place.space === '' ? place.realm : [])),
  );
  const resolve = (place: Place) => (declared.has(place.realm) ? place : resolveAlias(place));
  return {
    scopes: request.scopes.map((wire) =>
      read(() => {
        const spec = scopeSpecFromProto(wire);
        return { spec: { ...spec, place: resolve(spec.place) }, createOnly };
      }),
    ),
    cells: [
      ...request.cells.map((wire) =>
        read(() => ({
          cell: resolveCell(cellDocumentFromProto(wire), resolve),
          desired: askedStateFromProto(wire.place?.cell ?? '', wire.desiredState),
          createOnly,
        })),
      ),
      ...request.containers.map((wire) =>
        read(() => ({ container: readContainer(wire, resolve), createOnly })),
      ),
    ],
    workloads: request.workloads.map((wire) =>
      read(() => ({
        spec: specFromProto(wire),
        desired: askedStateFromProto(wire.name, wire.desiredState),
      })),
    ),
  };
}

/** The readable ones. */
export function readable<T>(all: readonly Read<T>[]): readonly T[] {
  return all.flatMap((one) => ('desired' in one ? [one.desired] : []));
}

/** Inserts the failures to read at their positions among the other outcomes. */
export function withUnreadable<T>(
  outcomes: readonly Outcome<T>[],
  all: readonly Read<unknown>[],
): readonly Outcome<T>[] {
  const judged = [...outcomes];
  return all.map((one) => ('error' in one ? one : judged.shift()));
}

function read<T>(work: () => T): Read<T> {
  try {
    return { desired: work() };
  } catch (error) {
    return refusal(error);
  }
}

function readContainer(wire: WireContainer, resolve: (place: Place) => Place): ContainerDocument {
  const document = containerDocumentFromProto(wire);
  const cell = resolveId(document.ref.cell, resolve);
  return { ...document, ref: { ...document.ref, cell } };
}

function resolveCell(document: CellDocument, resolve: (place: Place) => Place): CellDocument {
  const id = resolveId(document.id, resolve);
  const containers = document.containers.map((one) => ({ ...one, ref: { ...one.ref, cell: id } }));
  return { ...document, id, containers };
}

function resolveId(id: CellId, resolve: (place: Place) => Place): CellId {
  return cellOfPlace(resolve(placeOfCell(id))) ?? id;
}
