import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cellKey, containerKey } from '../cell/cell-key.ts';
import { refOfWorkload } from '../cell/container-ref.ts';
import { feedKeyOf, nameOfSubject, subjectOfWorkload, subjectsOfName } from './event-subject.ts';

const WEB = refOfWorkload('web');
const SIBLING = { ...WEB, container: 'log' };
const ELSEWHERE = { ...WEB, cell: { ...WEB.cell, stack: 'shop' } };
const VOLUME_CELL = { cell: { ...WEB.cell, cell: 'volume' }, container: 'log' };
const CAPSULE_CELL = { cell: { ...WEB.cell, cell: 'capsule' }, container: 'api' };

test('a subject is shown by a name without internal keys, which leads back to it', () => {
  for (const [ref, name] of [
    [SIBLING, 'web/log'],
    [ELSEWHERE, 'main/default/shop/web/web'],
    [VOLUME_CELL, 'main/default/default/volume/log'],
    [CAPSULE_CELL, 'main/default/default/capsule/api'],
  ] as const) {
    assert.equal(nameOfSubject(containerKey(ref)), name);
    const feedKey = cellKey(ref.cell);
    assert.deepEqual(subjectsOfName(name), { subject: containerKey(ref), feedKey });
  }
  assert.equal(nameOfSubject(subjectOfWorkload('web')), 'web');
});

test('the name of a cell or workload stands for all its containers', () => {
  const prefix = 'main_default_default_web_';
  assert.deepEqual(subjectsOfName('web'), { prefix, feedKey: cellKey(WEB.cell) });
  assert.ok(subjectOfWorkload('web').startsWith(prefix));
  const shop = 'main_default_shop_web';
  const choice = { prefix: `${shop}_`, feedKey: shop };
  assert.deepEqual(subjectsOfName('main/default/shop/web'), choice);
});

test('every other subject is called as it is', () => {
  for (const subject of ['volume/web', 'volume/', 'capsule/api', 'a/b/c', containerKey(SIBLING)]) {
    assert.equal(subjectsOfName(subject).subject, subject);
  }
  assert.equal(nameOfSubject('volume/web'), 'volume/web');
});

test('an event of a container is news of its cell', () => {
  assert.equal(feedKeyOf(containerKey(SIBLING)), cellKey(WEB.cell));
  assert.equal(feedKeyOf('volume/web'), 'volume/web');
});
