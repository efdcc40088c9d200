/** A capsuled that is killed right before and right after each effect of each operation of several steps. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openStore } from '@capsule/engine';
import { FAKE_PROGRAMS, FakeNameResponder, FakeProjection, fakeOutside } from '@capsule/testkit';
import { MIGRATIONS } from '../store/migrations.ts';
import { faultsOf } from '../testing/faults-of.ts';
import type { KillMoment } from '../testing/kill-switch.ts';
import { KillWorld } from '../testing/kill-world.ts';
import { OPERATIONS, type Operation, prepare, STUBBORN } from '../testing/operations.ts';
import { pictureOf } from '../testing/picture-of.ts';

/** Also operations that are a part of another one, and a second kill at each step of the recovery. Takes minutes. */
const IS_LONG = process.env['CAPSULE_TEST_ALL'] === '1';
const EMPTY = openStore(':memory:', MIGRATIONS);

type Picture = Awaited<ReturnType<typeof pictureOf>>;

/** Where an operation begins, where it ends, and every moment at which a kill leaves something else. */
interface Course {
  readonly before: Picture;
  readonly after: Picture;
  readonly moments: readonly KillMoment[];
}

for (const operation of OPERATIONS.filter(({ isPart }) => IS_LONG || !isPart)) {
  test(`a kill of capsuled at any step of an operation leaves nothing half done: ${operation.name}`, async () => {
    const course = await runWhole(operation);
    for (const moment of course.moments) {
      const recovery = await runKilled(operation, course, [moment]);
      if (!IS_LONG) continue;
      for (const second of recovery) await runKilled(operation, course, [moment, second]);
    }
  });
}

test('the sibling of the operations has to be killed', () => {
  assert.equal(STUBBORN, FAKE_PROGRAMS.stubborn);
});

async function begin(operation: Operation): Promise<KillWorld> {
  const world = new KillWorld(EMPTY, {
    outside: fakeOutside(),
    projection: new FakeProjection(),
    respondNames: () => new FakeNameResponder(),
  });
  await prepare(world, operation);
  await world.settle();
  return world;
}

async function runWhole(operation: Operation): Promise<Course> {
  await using world = await begin(operation);
  const before = await pictureOf(world);
  world.kill.arm();
  await operation.act(world);
  await world.settle();
  const moments = world.kill.moments();
  const after = await pictureOf(world);
  assert.deepEqual(await faultsOf(world), []);
  assert.deepEqual(after.alive.toSorted(), [...(operation.runs ?? [])].toSorted());
  assert.equal(after.cells.length, operation.runs === undefined ? 0 : 1);
  await checkRepeat(world, operation, after);
  return { before, after, moments };
}

/** Returns the moments of the recovery. */
async function runKilled(
  operation: Operation,
  { before, after }: Course,
  [first, ...others]: readonly KillMoment[],
): Promise<readonly KillMoment[]> {
  await using world = await begin(operation);
  const isAnswered = await actUntilKilled(world, operation, first);
  const at = JSON.stringify([first, world.kill.effects, others]);
  for (const moment of others) {
    world.restart(moment);
    await world.settle();
  }
  world.restart();
  await world.settle();
  const recovery = world.kill.moments();
  assert.deepEqual(await faultsOf(world), [], at);
  const seen = await pictureOf(world);
  const isDone = isAnswered || operation.isOutside || !isSame(seen.cells, before.cells);
  if (isDone) assert.deepEqual(seen, after, at);
  else await operation.act(world);
  await checkRepeat(world, operation, after);
  return recovery;
}

/** Returns whether the client had its answer before the kill. */
async function actUntilKilled(
  world: KillWorld,
  operation: Operation,
  moment: KillMoment | undefined,
): Promise<boolean> {
  const { kill } = world;
  kill.arm(moment);
  let isAnswered = false;
  const note = () => {
    isAnswered = !kill.isKilled;
  };
  // A killed capsuled answers with an error, or never.
  operation.act(world).then(note, () => undefined);
  await world.settle();
  assert.ok(kill.isKilled, `not killed at ${JSON.stringify([moment, kill.effects])}`);
  return isAnswered;
}

function isSame(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

/** The same request again changes nothing that shows. */
async function checkRepeat(world: KillWorld, operation: Operation, after: Picture): Promise<void> {
  await world.settle();
  assert.equal(await operation.act(world), operation.again);
  await world.settle();
  assert.deepEqual(await faultsOf(world), []);
  assert.deepEqual(await pictureOf(world), after);
}
