import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LOCAL_CALLER } from '../caller.ts';
import { identityCase, makeKey } from '../testing/identity-case.ts';
import { AdoptionDisplay } from './display.ts';

const FACTS = { address: '10.0.0.5:50000', fingerprint: 'ab'.repeat(32) };

function display() {
  const world = identityCase();
  const shown: (string | undefined)[] = [];
  const one = new AdoptionDisplay({
    window: world.adoption,
    facts: () => FACTS,
    show: (card) => shown.push(card),
  });
  return { ...world, shown, one };
}

test('an unowned capsule shows its address, code and fingerprint in rows of eight bytes', () => {
  const { shown, adoption, one } = display();
  using _one = one;
  const [card = ''] = shown;
  assert.match(card, /10\.0\.0\.5:50000/);
  assert.ok(card.includes(adoption.state().code));
  assert.equal(card.match(/(?:ab ){7}ab\n/g)?.length, 4);
  assert.match(card, /[█▀▄]{10}/);
});

test('the card goes with the adoption, and comes back when root opens the window', () => {
  const { shown, adoption, keys, one } = display();
  using _one = one;
  const rights = { role: 'admin', hasHostAccess: true } as const;
  keys.add({ ...rights, name: 'x', publicKey: makeKey().publicKey }, LOCAL_CALLER);
  adoption.open(1000, false);
  adoption.open(0, false);
  assert.deepEqual(
    shown.map((card) => card !== undefined),
    [true, false, true, false],
  );
});
