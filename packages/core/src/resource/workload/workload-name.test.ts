import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cellOfWorkload } from '../cell/cell-id.ts';
import { refOfWorkload } from '../cell/container-ref.ts';
import { placeOfCell, placeOfContainer, placeOfName } from '../place/place.ts';
import { nameOfCell, nameOfContainer } from './workload-name.ts';

const WEB = refOfWorkload('web');
const ELSEWHERE = { ...cellOfWorkload('web'), stack: 'shop' };

test('a cell is named as its flat workload, and outside of the usual stack by its whole place', () => {
  assert.equal(nameOfCell(WEB.cell), 'web');
  assert.equal(nameOfCell(ELSEWHERE), 'main/default/shop/web');
});

test('a container is named as its flat workload, or with its cell', () => {
  assert.equal(nameOfContainer(WEB), 'web');
  assert.equal(nameOfContainer({ ...WEB, container: 'db' }), 'web/db');
  assert.equal(nameOfContainer({ ...WEB, cell: ELSEWHERE }), 'main/default/shop/web/web');
});

test('a name leads back to its place', () => {
  for (const id of [WEB.cell, ELSEWHERE]) {
    assert.deepEqual(placeOfName(nameOfCell(id)), placeOfCell(id));
    const ref = { cell: id, container: 'db' };
    assert.deepEqual(placeOfName(nameOfContainer(ref)), placeOfContainer(ref));
  }
});
