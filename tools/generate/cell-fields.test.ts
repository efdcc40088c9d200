import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CELL_CONTAINER_FIELDS, CONTAINER_TABLE } from '@capsule/core/manifest';
import { describeFields, describeRefused } from './cell-fields.ts';
import { fieldsOf } from './schema-fields.ts';

test('each field of a container has a row with its type, its default and the effect of an edit', () => {
  const rows = describeFields('container').split('\n');
  for (const field of CELL_CONTAINER_FIELDS) {
    const row = rows.find((one) => one.startsWith(`| \`${field}\` |`));
    const [, type, , edit, meaning] = (row ?? '').split(' | ').map((cell) => cell.trim());
    assert.ok(row !== undefined && meaning !== '', field);
    assert.notEqual(edit, '', field);
    assert.notEqual(type, '', field);
  }
  assert.ok(rows.includes('| `volumes[].readOnly` | flag | `false` |  | Mounts it read-only. |'));
});

test('each field that a reader refuses has a row with the remedy', () => {
  const page = describeRefused();
  for (const [field, remedy] of Object.entries(CONTAINER_TABLE.refused ?? {})) {
    assert.ok(page.includes(`| container | \`${field}\` | ${remedy} |`), field);
  }
  assert.match(page, /^\| container \| `secrets` \| not yet/m);
  assert.match(page, /^\| cell \| `autoDelete` \| not yet/m);
  assert.doesNotMatch(page, /`rootContainerId`/);
});

test('fields inside of lists, maps and alternatives have their whole paths', () => {
  const items = { type: 'object', properties: { c: { type: ['string', 'number'] } } };
  const schema = {
    type: 'object',
    required: ['a'],
    properties: { a: { anyOf: [{ type: 'string' }, { type: 'array', items }] } },
  };
  assert.deepEqual(
    fieldsOf(schema).map(({ path, type, isRequired }) => [path, type, isRequired]),
    [
      ['a', 'text or list', true],
      ['a[].c', 'text or number', false],
    ],
  );
});
