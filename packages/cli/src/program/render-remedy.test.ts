import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  ACTIONS,
  type ActionName,
  action,
  bare,
  type RemedyAction,
  remedy,
  short,
} from '@capsule/core';
import { CAPSULECTL } from '../capsulectl/program.ts';
import type { ProgramManual } from './manual.ts';
import { actionsOf, renderRemedy } from './render-remedy.ts';
import { spellingsOf } from './spellings.ts';

const adopt = action('volume.adopt', { volume: 'data' });
const remove = short(action('volume.delete', { force: true, volume: 'data' }));
const ADVICE = remedy`${adopt} keeps it, ${remove} removes it`;

test('a program names its own commands, itself once where that is enough', () => {
  assert.equal(
    renderRemedy(ADVICE, CAPSULECTL),
    '`capsulectl volume adopt data` keeps it, `volume delete --force data` removes it',
  );
});

test('flags are written in their short form where there is one', () => {
  const login = action('registry.login', { registry: 'HOST', user: 'USER' });
  const push = action('image.push', { name: 'NAME:TAG', file: 'FILE' });
  assert.equal(
    renderRemedy(remedy`${bare(login)} or ${push}`, CAPSULECTL),
    'capsulectl registry login HOST -u USER or `capsulectl image push --name NAME:TAG FILE`',
  );
});

test('a text may speak of the program itself', () => {
  const advice = remedy`use the ${bare(action('program'))} that came with it`;
  assert.equal(renderRemedy(advice, CAPSULECTL), 'use the capsulectl that came with it');
});

test('another program has other words, and leaves what it cannot do as it is', () => {
  const keeper: ProgramManual = {
    name: 'keeper',
    summary: '',
    version: '0',
    habits: {},
    nouns: {},
    globalFlags: [],
    commands: [
      {
        path: ['keep', 'disk'],
        actions: ['volume.adopt'],
        summary: '',
        flags: [],
        examples: [],
        args: [{ name: 'volume', summary: '' }],
      },
    ],
  };
  assert.equal(
    renderRemedy(ADVICE, keeper),
    '`keeper keep disk data` keeps it, `volume delete --force data` removes it',
  );
});

const UNFIT: Readonly<Record<string, Partial<RemedyAction>>> = {
  'an action of a later version': { name: 'volume.paint' },
  'an action that was cut off': { text: 'capsulectl volume ado…' },
  'an action without a text': { text: '' },
};

for (const [what, unfit] of Object.entries(UNFIT)) {
  test(`${what} leaves the text as it came`, () => {
    const { text, actions } = remedy`${adopt} keeps it`;
    const received = { text, actions: actions.map((one) => ({ ...one, ...unfit })) };
    assert.equal(renderRemedy(received, CAPSULECTL), text);
  });
}

for (const name of Object.keys(ACTIONS) as ActionName[]) {
  test(`a client without words of its own reads what capsulectl says of ${name}`, () => {
    const args = ACTIONS[name].map((argument) => [argument.replace(/^--/, ''), 'VALUE']);
    const advice = remedy`try ${{ name, args: Object.fromEntries(args) }}`;
    assert.equal(advice.text, renderRemedy(advice, CAPSULECTL));
  });

  // The program itself is no command.
  if (name === 'program') continue;

  test(`capsulectl has a command for ${name}, with what remedies say of it`, () => {
    const command = CAPSULECTL.commands.find((one) => actionsOf(one).includes(name));
    assert.ok(command, 'the command is there');
    const flags = command.flags.flatMap(spellingsOf);
    const known = [...command.args.map((argument) => argument.name), ...flags];
    assert.deepEqual(
      ACTIONS[name].filter((argument) => !known.includes(argument)),
      [],
    );
  });
}
