/** Verbs, exits, a runtime that comes and goes, and new capsuleds, in any order, against a small model. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { containerKey, isAlive } from '@capsule/core';
import { fakeOutside } from '@capsule/testkit';
import fc from 'fast-check';
import { CellCase, type CellVerb, type Subject } from '../testing/cell-case.ts';
import { CellWorld } from '../testing/cell-world.ts';

type Wanted = 'running' | 'stopped' | 'gone';
type Op =
  | { readonly do: 'apply' | 'away' | 'back' | 'capsuled' }
  | { readonly do: CellVerb | 'delete'; readonly of: Subject }
  | { readonly do: 'exit'; readonly of: 'root' | 'sibling'; readonly code: number };

const anyOf = fc.constantFrom<Subject>('cell', 'root', 'sibling');
const anyOp: fc.Arbitrary<Op> = fc.oneof(
  fc.record({ do: fc.constantFrom('apply', 'away', 'back', 'capsuled') }),
  fc.record({
    do: fc.constantFrom('start', 'stop', 'kill', 'restart', 'pause', 'unpause', 'delete'),
    of: anyOf,
  }),
  fc.record({
    do: fc.constant('exit'),
    of: fc.constantFrom('root', 'sibling'),
    code: fc.constantFrom(0, 3, 137),
  }),
) as fc.Arbitrary<Op>;
/** Letters, digits and hyphens, of 1 and of 63 characters too. */
const anyName = fc.oneof(
  fc.constantFrom('a', '0', '7-7', 'a--b', `a${'-'.repeat(61)}z`, '9'.repeat(63)),
  fc.stringMatching(/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/),
);

/** Sequences that failed before. */
const FOUND: [string, Op[]][] = [
  [
    'a',
    [
      { do: 'kill', of: 'cell' },
      { do: 'stop', of: 'sibling' },
      { do: 'restart', of: 'cell' },
    ],
  ],
];

class Play {
  readonly outside = fakeOutside();
  readonly world: CellWorld;
  readonly one: CellCase;
  cell: Wanted = 'gone';
  sibling: Wanted = 'gone';
  #isAway = false;

  constructor(name: string) {
    this.outside.images.offer('docker.io/library/nginx:latest');
    this.world = new CellWorld(this.outside);
    this.one = new CellCase(this.world, name, 'cell');
    // A pause after an exit outlasts the play.
    this.one.change = { restartPolicy: 'always', restartBackoffSeconds: 300 };
  }

  async run(op: Op): Promise<void> {
    const rootBefore = this.#settledPid();
    await this.#do(op);
    await this.world.capsuled.settle();
    const isOfSibling = 'of' in op && op.of === 'sibling' && rootBefore !== undefined;
    if (isOfSibling) assert.equal(this.#settledPid(), rootBefore, 'a sibling touched the root');
    await this.check();
  }

  /** Everything that runs is wanted, and what is wanted survives. */
  async check(): Promise<void> {
    const { one, outside } = this;
    const record = this.world.capsuled.resources.records.cells.get(one.id);
    const desired = record?.desired === 'deleting' ? 'gone' : (record?.desired ?? 'gone');
    assert.equal(desired, this.cell);
    if (this.#isAway) return;
    const alive = (await outside.runtime.list()).filter(({ task }) => isAlive(task));
    const may = this.cell !== 'running' ? [] : [one.root, ...this.#maySibling()];
    const names = new Set(may.map(containerKey));
    for (const { ref } of alive) assert.ok(names.has(containerKey(ref)), `${ref.container} runs`);
  }

  /** The last capsuled has a runtime again. */
  async finish(): Promise<void> {
    if (this.#isAway) await this.#do({ do: 'back' });
    await this.#do({ do: 'capsuled' });
    await this.world.capsuled.settle();
    await this.check();
    if (this.cell === 'gone') assert.deepEqual(await this.outside.runtime.list(), []);
  }

  #maySibling() {
    return this.sibling === 'running' ? [this.one.sibling] : [];
  }

  /** Of the root; undefined while a start of it is due. */
  #settledPid(): number | undefined {
    const { records, observer } = this.world.capsuled.resources;
    const { pid, observedRun } = observer.statusOf(this.one.root);
    return records.cells.container(this.one.root)?.run === observedRun ? pid : undefined;
  }

  async #do(op: Op): Promise<void> {
    switch (op.do) {
      case 'away':
        this.outside.runtime.crash();
        return this.#notice(true);
      case 'back':
        this.outside.runtime.recover();
        return this.#notice(false);
      case 'capsuled':
        return this.world.restart();
      case 'exit':
        return this.outside.runtime.exit(this.one[op.of], op.code);
      case 'apply':
        return this.#apply();
      default:
        return this.#ask(op.do, op.of);
    }
  }

  /** Resolves when the capsuled knows of it, and reports it to watchers of a cell only. */
  async #notice(isAway: boolean): Promise<void> {
    this.#isAway = isAway;
    const { capsuled } = this.world;
    const { records, workloads } = capsuled.resources;
    const isGone = () => records.cells.get(this.one.id) === undefined;
    // A cell that was to be deleted may go before the capsuled connects again.
    await capsuled.until(() => isGone() || workloads.controller.isRuntimeAway === isAway);
  }

  async #apply(): Promise<void> {
    const said = await this.one.applyCell(this.one.root, this.one.sibling);
    if (said === 'CELL_BEING_DELETED') return;
    if (this.cell === 'gone') this.cell = 'running';
    if (this.sibling === 'gone') this.sibling = 'running';
  }

  /** Does not wait for the end of it: a runtime that is away ends nothing. */
  async #ask(verb: CellVerb | 'delete', of: Subject): Promise<void> {
    const target = new CellCase(this.world, this.one.id.cell, of);
    const asked = verb === 'delete' ? target.remove({ cascade: true }) : target.act(verb);
    const answer = await Promise.race([asked, this.world.capsuled.settle().then(() => 'asked')]);
    asked.catch(() => undefined);
    if (answer.startsWith('CELL_')) return;
    if (of === 'cell') this.cell = wantedAfter(verb, this.cell);
    if (of === 'cell' && this.cell === 'gone') this.sibling = 'gone';
    const isWhole = of === 'cell' && verb === 'start' && this.cell === 'running';
    if (isWhole && this.sibling === 'stopped') this.sibling = 'running';
    if (of === 'sibling') this.sibling = wantedAfter(verb, this.sibling);
  }
}

function wantedAfter(verb: CellVerb | 'delete', before: Wanted): Wanted {
  if (before === 'gone' || verb === 'delete') return 'gone';
  if (verb === 'stop' || verb === 'kill') return 'stopped';
  return verb === 'start' || verb === 'restart' ? 'running' : before;
}

test('nothing runs that should not, and the desired state survives, whatever happens', {
  timeout: 60_000,
}, async () => {
  await fc.assert(
    fc.asyncProperty(
      anyName,
      fc.array(anyOp, { minLength: 4, maxLength: 14 }),
      async (name, ops) => {
        const play = new Play(name);
        await using _world = play.world;
        await play.run({ do: 'apply' });
        for (const op of ops) await play.run(op);
        await play.finish();
      },
    ),
    { numRuns: 20, examples: FOUND },
  );
});
