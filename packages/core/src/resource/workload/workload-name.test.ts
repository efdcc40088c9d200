import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cellOfWorkload } from '../cell/cell-id.ts';
import { nameOfCell } from './workload-name.ts';

test('a cell is named as its flat workload, or by a key that no workload has', () => {
  assert.equal(nameOfCell(cellOfWorkload('web')), 'web');
  const elsewhere = { ...cellOfWorkload('web'), stack: 'shop' };
  assert.equal(nameOfCell(elsewhere), 'main_default_shop_web');
});
