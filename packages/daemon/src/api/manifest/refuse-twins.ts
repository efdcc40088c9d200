import type { ManifestApplyRequest } from '@capsule/api/wire';
import {
  cellOfWorkload,
  manifestError,
  placeOfCell,
  placeOfContainer,
  shortPlace,
} from '@capsule/core';
import { type ReadResources, readable } from './read-resources.ts';

/**
 * Refuses two resources of one name, which would be judged as one. Fails with
 * `MANIFEST_SPEC_INVALID`.
 */
export function checkNames(request: ManifestApplyRequest): void {
  for (const what of ['registries', 'volumes', 'workloads'] as const) {
    refuseTwins(
      what,
      request[what].map(({ name }) => name),
    );
  }
}

/**
 * Does the same for what has a place, as an alias or a flat manifest may name it, too. Fails with
 * `MANIFEST_SPEC_INVALID`.
 */
export function checkPlaces({ scopes, cells, workloads }: ReadResources): void {
  refuseTwins(
    'scopes',
    readable(scopes).map(({ spec }) => shortPlace(spec.place)),
  );
  const ids = [
    ...readable(cells).flatMap(({ cell }) => cell?.id ?? []),
    ...readable(workloads).map(({ spec }) => cellOfWorkload(spec.name)),
  ];
  refuseTwins(
    'cells',
    ids.map((id) => shortPlace(placeOfCell(id))),
  );
  const refs = readable(cells).flatMap(({ container }) => container?.ref ?? []);
  refuseTwins(
    'containers',
    refs.map((ref) => shortPlace(placeOfContainer(ref))),
  );
}

function refuseTwins(what: string, names: readonly string[]): void {
  const twin = names.find((name, at) => names.indexOf(name) !== at);
  if (twin === undefined) return;
  const name = twin.slice(0, 80);
  const problems = [{ path: what, message: `${name} is declared twice` }];
  throw manifestError.SPEC_INVALID({ name, problems });
}
