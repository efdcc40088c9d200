import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createLog } from '@capsule/engine';
import fc from 'fast-check';
import { renderScreen, type ScreenFacts } from './render-screen.ts';
import { Screen } from './screen.ts';

const facts: ScreenFacts = {
  name: 'attic',
  version: '1.2.0',
  slot: 'slot_b',
  isTrial: true,
  address: '192.168.1.20',
  port: 50_000,
  fingerprint: 'ab'.repeat(32),
  workloads: { total: 4, running: 3 },
  problems: [],
};

test('the screen shows what a person needs who stands before the machine', () => {
  assert.equal(
    renderScreen(facts),
    [
      'Capsule 1.2.0 (slot_b, on trial)',
      '',
      '  name         attic',
      '  address      192.168.1.20:50000',
      '  fingerprint  ab ab ab ab ab ab ab ab',
      '               ab ab ab ab ab ab ab ab',
      '               ab ab ab ab ab ab ab ab',
      '               ab ab ab ab ab ab ab ab',
      '  workloads    3 of 4 run',
      '',
    ].join('\n'),
  );
});

test('a capsule without an owner shows its code, and a QR code without it', () => {
  const text = renderScreen({ ...facts, code: 'ABCD-EFGH' });
  assert.match(text, /capsulectl adopt 192\.168\.1\.20 --code ABCD-EFGH/);
  assert.match(text, /[▀▄█]/);
  const other = renderScreen({ ...facts, code: 'JKLM-NPQR' });
  assert.equal(text.replace('ABCD-EFGH', ''), other.replace('JKLM-NPQR', ''));
  assert.match(renderScreen({ ...facts, code: '' }), /A new code follows within a minute/);
  assert.match(renderScreen({ ...facts, code: 'X', address: '' }), /once it has an address/);
});

test('control characters of names and problems do not reach the console', () => {
  const evil = 'a\u001b[2J\u0007\n\u009b31m\u202eb';
  const foreign = { name: evil, version: evil, slot: evil, address: evil, problems: [evil] };
  const text = renderScreen({ ...facts, ...foreign, code: 'ABCD-EFGH' });
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  assert.doesNotMatch(text, /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/);
  assert.equal(renderScreen({ ...facts, name: 'a\nb' }).split('\n').length, 10);
});

test('a long problem is wrapped', () => {
  const text = renderScreen({ ...facts, problems: [`CODE: ${'word '.repeat(40)}`] });
  for (const line of text.split('\n')) assert.ok(line.length <= 80, line);
});

test('a capsule with an owner shows the code that recovers a lost key', () => {
  const recovery = 'WXYZ-2345';
  assert.match(renderScreen({ ...facts, recovery }), / {2}lost key {5}recovery code WXYZ-2345\n/);
  assert.doesNotMatch(renderScreen({ ...facts, recovery, code: 'A' }), /WXYZ/);
});

test('problems are shown up to three, and counted beyond', () => {
  const text = renderScreen({ ...facts, problems: ['one', 'two', 'three', 'four', 'five'] });
  assert.match(text, / {2}problems {5}one\n {15}two\n {15}three\n {15}and 2 more\n/);
});

test('every line of an adoption fits 80 columns', () => {
  const address = fc.ipV4();
  fc.assert(
    fc.property(address, fc.integer({ min: 1, max: 65_535 }), (at, port) => {
      const text = renderScreen({ ...facts, address: at, port, code: 'ABCD-EFGH' });
      for (const line of text.split('\n')) assert.ok([...line].length <= 80, line);
    }),
  );
});

test('a screen is shown once, again after a change, and again after a failed console', async () => {
  const shown: string[] = [];
  let name = 'attic';
  let fails = false;
  const show = async (text: string) => {
    if (fails) throw new Error('no console');
    shown.push(text);
  };
  await using screen = new Screen({
    facts: async () => ({ ...facts, name }),
    show,
    log: createLog(() => undefined),
  });
  const look = async () => {
    screen.wake();
    await screen.settled();
  };
  await look();
  await look();
  assert.equal(shown.length, 1);
  name = 'cellar';
  fails = true;
  await look();
  fails = false;
  await look();
  assert.equal(shown.length, 2);
  assert.match(shown[1] ?? '', /cellar/);
});
