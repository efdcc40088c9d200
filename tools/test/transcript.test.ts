import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Transcript } from './transcript.ts';

test('the first section is printed as it comes, the next when it has ended', () => {
  const printed: string[] = [];
  const transcript = new Transcript((text) => printed.push(text));
  const first = transcript.open();
  const second = transcript.open();
  second.print('second\n');
  first.print('first\n');
  assert.deepEqual(printed, ['first\n']);
  second.print('second again\n');
  first.end();
  assert.deepEqual(printed, ['first\n', 'second\nsecond again\n']);
  second.print('live\n');
  assert.equal(printed.at(-1), 'live\n');
});

test('in any order of events, no output is lost, and no section interrupts another', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(3), { maxLength: 60 }), (turns) => {
      let printed = '';
      const transcript = new Transcript((text) => {
        printed += text;
      });
      const sections = [0, 1, 2, 3].map(() => transcript.open());
      for (const turn of turns) sections[turn]?.print(`${turn}`);
      for (const section of sections.toReversed()) section.end();
      assert.equal(printed, turns.toSorted().join(''));
    }),
  );
});
