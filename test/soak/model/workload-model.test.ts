import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Random } from '../../lab/random.ts';
import { chooseOperation, type Operation } from './operation.ts';
import {
  expectOf,
  type Life,
  possibleAfter,
  type State,
  settled,
  textAt,
} from './workload-model.ts';

const APPLY: Operation = { do: 'apply', value: '0', label: '0', port: false };

test('the same seed chooses the same operations', () => {
  const choose = (seed: number) => {
    const random = new Random(seed);
    return Array.from({ length: 200 }, () => chooseOperation(random));
  };
  assert.deepEqual(choose(7), choose(7));
  assert.notDeepEqual(choose(7), choose(8));
  assert.equal(new Set(choose(7).map((each) => each.do)).size, 10, 'each of them comes up');
});

test('a change in place keeps the process and the files, and a new container keeps neither', () => {
  const born = life(run(undefined, [APPLY, { do: 'copyTo', path: '/a', text: 'x' }]));
  const inPlace = life(run(born, [{ ...APPLY, label: '1', port: true }], 10));
  assert.deepEqual(
    [inPlace.generation, inPlace.run, inPlace.begun, textAt(inPlace, '/a')],
    [2, 1, born.begun, 'x'],
  );
  const anew = life(run(born, [{ ...APPLY, value: '1' }], 10));
  assert.deepEqual(
    [anew.generation, anew.run, anew.begun, anew.born, textAt(anew, '/a')],
    [2, 2, 10, born.born, 'absent'],
  );
  assert.equal(run(born, [APPLY]), born, 'the same again changes nothing');
});

test('files survive stop, start and restart, and a delete removes them', () => {
  const written: Operation = { do: 'writeByExec', path: '/b', text: 'y' };
  const kept = run(undefined, [APPLY, written, { do: 'stop' }, { do: 'start' }, { do: 'restart' }]);
  assert.equal(textAt(kept, '/b'), 'y');
  assert.deepEqual([life(kept).generation, life(kept).run, life(kept).begun], [4, 3, 4]);
  const again = run(kept, [{ do: 'delete', force: false }, APPLY], 20);
  assert.deepEqual([textAt(again, '/b'), life(again).born], ['absent', 21]);
});

test('a stopped workload stays stopped after an apply, and refuses exec', () => {
  const stopped = run(undefined, [APPLY, { do: 'stop' }, { ...APPLY, value: '1' }]);
  assert.deepEqual([life(stopped).desired, life(stopped).run], ['stopped', 1]);
  assert.equal(expectOf(stopped, { do: 'readByExec', path: '/a' }, 9).is, 'refused');
});

test('after an unknown result, both states and any file content are allowed', () => {
  const before = run(undefined, [APPLY]);
  const states = possibleAfter(before, { do: 'delete', force: true }, 5);
  assert.deepEqual(states, [before, undefined]);
  assert.deepEqual(possibleAfter(undefined, { do: 'stop' }, 5), [undefined]);
  const [torn] = possibleAfter(before, { do: 'copyTo', path: '/a', text: 'z' }, 5);
  assert.equal(textAt(torn, '/a'), undefined);
});

test('generation, run and identity only increase, and every state has a next state', () => {
  fc.assert(
    fc.property(fc.nat(), fc.integer({ min: 1, max: 60 }), (seed, length) => {
      const random = new Random(seed);
      let state: State;
      for (let ordinal = 0; ordinal < length; ordinal += 1) {
        const operation = chooseOperation(random);
        for (const possible of possibleAfter(state, operation, ordinal)) check(state, possible);
        const expected = expectOf(state, operation, ordinal);
        if (expected.is !== 'done') continue;
        const after = random.below(2) === 0 ? expected.next[0] : settled(expected.next[0]);
        check(state, after);
        state = after;
      }
    }),
  );
});

function check(before: State, after: State): void {
  if (before === undefined || after === undefined || before.born !== after.born) return;
  assert.ok(after.generation - before.generation <= 1 && after.generation >= before.generation);
  assert.ok(after.run >= before.run && after.begun >= before.begun);
  assert.equal(after.run > before.run, after.begun > before.begun, 'a new run, a new process');
}

/** Runs the operations one after the other, each after the workload has settled. */
function run(state: State, operations: readonly Operation[], first = 0): State {
  return operations.reduce((before: State, operation, index) => {
    const expected = expectOf(settled(before), operation, first + index);
    assert.equal(expected.is, 'done', JSON.stringify(operation));
    return expected.is === 'done' ? settled(expected.next[0]) : before;
  }, state);
}

function life(state: State): Life {
  if (state === undefined) throw new assert.AssertionError({ message: 'there is no workload' });
  return state;
}

test('the model expects nothing of the files of a stopped workload with an older spec', () => {
  const write: Operation = { do: 'copyTo', path: '/a', text: 'old' };
  const stopped = run(undefined, [APPLY, write, { do: 'stop' }, { ...APPLY, value: '1' }]);
  assert.equal(expectOf(stopped, { do: 'copyFrom', path: '/a' }, 9).is, 'either');
  assert.equal(textAt(stopped, '/a'), undefined);
  assert.equal(textAt(run(stopped, [{ do: 'start' }], 9), '/a'), 'absent');
});
