import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { matchesLabels, parseLabelSelector } from './label-selector.ts';

function matches(text: string, labels: Record<string, string>): boolean {
  const selector = parseLabelSelector(text);
  assert.ok(typeof selector !== 'string', String(selector));
  return matchesLabels(selector, labels);
}

test('every condition has to hold', () => {
  const labels = { app: 'web', tier: 'front' };
  assert.ok(matches('', labels));
  assert.ok(matches('app=web', labels));
  assert.ok(matches(' app == web , tier != db, tier, !old', labels));
  assert.ok(!matches('app=web,tier=db', labels));
  assert.ok(!matches('old', labels));
  assert.ok(matches('other!=x', labels));
  assert.ok(!matches('constructor', labels));
});

test('a text that is no condition is refused', () => {
  for (const text of ['=web', 'app=', 'a b', ',', 'app=web,', '!', 'app=w b', '!!a']) {
    const selector = parseLabelSelector(text);
    assert.equal(typeof selector, text === 'app=' ? 'object' : 'string', text);
  }
});

test('any text is a selector or not, and never a crash', () => {
  fc.assert(
    fc.property(fc.stringMatching(/^[a-z=!,. ]{0,12}$/), (text) => {
      const selector = parseLabelSelector(text);
      if (typeof selector !== 'string') matchesLabels(selector, { a: 'b' });
    }),
  );
});
