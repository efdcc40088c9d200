import assert from 'node:assert/strict';
import { test } from 'node:test';
import { create } from '@bufbuild/protobuf';
import {
  cellDocumentToProto,
  ManifestApplyRequestSchema,
  scopeSpecToProto,
  specToProto,
} from '@capsule/api/wire';
import { type CellId, completeSpec, describePlace, type Place } from '@capsule/core';
import { readable, readResources } from './read-resources.ts';
import { checkPlaces } from './refuse-twins.ts';

const resolve = (place: Place) => (place.realm === 'default' ? { ...place, realm: 'main' } : place);
const scope = (place: Place) => scopeSpecToProto({ place, labels: {} });
const shop = (realm: string): CellId => ({
  realm,
  space: 'default',
  stack: 'default',
  cell: 'web',
});
const cell = (id: CellId) => cellDocumentToProto({ id, labels: {}, containers: [] });
const read = (
  scopes: readonly Place[],
  cells: readonly CellId[],
  workloads: readonly string[] = [],
) =>
  readResources(
    create(ManifestApplyRequestSchema, {
      scopes: scopes.map(scope),
      cells: cells.map(cell),
      workloads: workloads.map((name) => specToProto(completeSpec({ name, image: 'nginx' }))),
    }),
    resolve,
  );

test('an apply may create the realm default, and everything in it then lies there', () => {
  const { scopes, cells } = read([{ realm: 'default' }], [shop('default')]);
  assert.deepEqual(
    readable(scopes).map(({ spec }) => describePlace(spec.place)),
    ['default'],
  );
  assert.equal(readable(cells)[0]?.cell?.id.realm, 'default');
});

test('the realm default stands for main in an apply that does not declare it', () => {
  const { scopes, cells } = read([{ realm: 'default', space: 'blue' }], [shop('default')]);
  assert.equal(readable(scopes)[0]?.spec.place.realm, 'main');
  assert.equal(readable(cells)[0]?.cell?.id.realm, 'main');
});

for (const [what, twins] of [
  ['two names of one realm', read([], [shop('main'), shop('default')])],
  ['a cell and a flat manifest', read([], [shop('main')], ['web'])],
] as const) {
  test(`one cell that is declared twice is refused: by ${what}`, () => {
    assert.throws(() => checkPlaces(twins), { code: 'MANIFEST_SPEC_INVALID' });
  });
}

test('cells of one name in two places are no twins', () => {
  checkPlaces(read([{ realm: 'lab' }], [shop('main'), shop('lab')], ['db']));
});
