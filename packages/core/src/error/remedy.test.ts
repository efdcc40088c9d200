import assert from 'node:assert/strict';
import { test } from 'node:test';
import { action, actionArguments } from './action.ts';
import { defineErrors } from './define-errors.ts';
import { bare, remedy, short } from './remedy.ts';

const adopt = action('volume.adopt', { volume: 'data' });
const remove = action('volume.delete', { volume: 'data', force: true });

test('a remedy can be typed as it stands, and says which actions it names', () => {
  const { text, actions } = remedy`${adopt} keeps ${'it'}, ${short(remove)} removes ${2}`;
  assert.equal(
    text,
    '`capsulectl volume adopt data` keeps it, `volume delete --force data` removes 2',
  );
  assert.deepEqual(actions, [
    { ...adopt, text: 'capsulectl volume adopt data', isShort: false },
    { ...remove, text: 'volume delete --force data', isShort: true },
  ]);
});

test('an action may stand without quotes, and a remedy without actions', () => {
  assert.equal(remedy`see ${bare(action('capsule.logs'))}`.text, 'see capsulectl capsule logs');
  assert.deepEqual(remedy`wait`, { text: 'wait', actions: [] });
});

test('flags of a text are short where the first program has them so, and it may be named alone', () => {
  const login = action('registry.login', { registry: 'HOST', user: 'USER' });
  assert.equal(remedy`${bare(login)}`.text, 'capsulectl registry login HOST -u USER');
  assert.equal(remedy`${bare(action('program'))}`.text, 'capsulectl');
});

test('arguments come in the order of the table, and only those that are given', () => {
  assert.deepEqual(actionArguments(remove), [
    { name: 'force', isFlag: true, value: true },
    { name: 'volume', isFlag: false, value: 'data' },
  ]);
  assert.deepEqual(actionArguments(action('workload.logs')), []);
});

test('an action of a later version has no arguments that we know', () => {
  for (const name of ['volume.paint', 'toString', '__proto__']) {
    assert.deepEqual(actionArguments({ name, args: { colour: 'red' } }), []);
  }
});

test('an error carries the text and the actions of its hint', () => {
  const volumeError = defineErrors('VOLUME', {
    LOST: {
      kind: 'notFound',
      message: () => 'lost',
      hint: (f: { name: string }) => remedy`${action('volume.adopt', { volume: f.name })} keeps it`,
    },
    GONE: { kind: 'notFound', message: () => 'gone', hint: remedy`${action('volume.list')}` },
  });
  const { hint, actions } = volumeError.LOST({ name: 'data' });
  assert.equal(hint, '`capsulectl volume adopt data` keeps it');
  assert.deepEqual(actions, [{ ...adopt, text: 'capsulectl volume adopt data', isShort: false }]);
  assert.equal(volumeError.GONE({}).hint, '`capsulectl volume list`');
});
