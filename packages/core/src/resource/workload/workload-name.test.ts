import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cellOfWorkload } from '../cell/cell-id.ts';
import { refOfWorkload } from '../cell/container-ref.ts';
import { nameOfCell, nameOfContainer } from './workload-name.ts';

test('a cell is named as its flat workload, or by a key that no workload has', () => {
  assert.equal(nameOfCell(cellOfWorkload('web')), 'web');
  const elsewhere = { ...cellOfWorkload('web'), stack: 'shop' };
  assert.equal(nameOfCell(elsewhere), 'main_default_shop_web');
});

test('a container is named as its flat workload, or by a key that no workload has', () => {
  const web = refOfWorkload('web');
  assert.equal(nameOfContainer(web), 'web');
  assert.equal(nameOfContainer({ ...web, container: 'db' }), 'main_default_default_web_db');
  const elsewhere = { ...web, cell: { ...web.cell, stack: 'shop' } };
  assert.equal(nameOfContainer(elsewhere), 'main_default_shop_web_web');
});
