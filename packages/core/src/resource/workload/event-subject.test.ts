import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cellKey, containerKey } from '../cell/cell-key.ts';
import { refOfWorkload } from '../cell/container-ref.ts';
import { feedKeyOfSubject, nameOfSubject, subjectFromName } from './event-subject.ts';

const WEB = refOfWorkload('web');
const SIBLING = { ...WEB, container: 'log' };
const ELSEWHERE = { ...WEB, cell: { ...WEB.cell, stack: 'shop' } };

test('the subject of a flat workload is its container, and is shown by its name', () => {
  assert.equal(subjectFromName('web'), containerKey(WEB));
  assert.equal(nameOfSubject(containerKey(WEB)), 'web');
});

test('every other subject is called as it is', () => {
  for (const subject of [containerKey(SIBLING), containerKey(ELSEWHERE), 'volume/web', 'volume/']) {
    assert.equal(nameOfSubject(subject), subject);
    assert.equal(subjectFromName(subject), subject);
  }
});

test('an event of a container is news of its cell', () => {
  assert.equal(feedKeyOfSubject(containerKey(SIBLING)), cellKey(WEB.cell));
  assert.equal(feedKeyOfSubject('volume/web'), 'volume/web');
});
