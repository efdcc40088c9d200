import assert from 'node:assert/strict';
import { suite, type TestContext, test } from 'node:test';
import { type Projection, type ProjectionPlace, projectionPath } from '@capsule/core';
import fc from 'fast-check';

/** An empty projection, and a person with an editor. */
export interface ProjectionBench {
  readonly projection: Projection;
  read(path: string): Promise<string | undefined>;
  /** Makes the file, where there is none. */
  edit(path: string, text: string): Promise<void>;
  erase(path: string): Promise<void>;
}

type Open = (t: TestContext) => Promise<ProjectionBench>;

const CELL = 'main/default/default/web/cell.yaml';
const SIDE = 'main/default/default/web/containers/side.yaml';

/** The contract of every `Projection`. `open` returns a fresh bench, and cleans up after the test. */
export function projectionContract(name: string, open: Open): void {
  suite(`projection contract: ${name}`, () => {
    test('a text is there when it is written, and is replaced by the next', async (t) => {
      const { projection, read } = await open(t);
      assert.equal(await projection.write(CELL, 'one\n'), 'absent');
      assert.equal(await projection.write(CELL, 'one\n'), 'intact');
      assert.equal(await projection.write(CELL, 'two\n'), 'intact');
      assert.equal(await read(CELL), 'two\n');
      assert.deepEqual(await projection.list(), [{ path: CELL, state: 'intact' }]);
    });

    test('an edit is found, and overwritten', async (t) => {
      const { projection, read, edit } = await open(t);
      await projection.write(CELL, 'one\n');
      await projection.write(CELL, 'two\n');
      for (const text of ['by hand\n', 'one\n', 'owt\n', '']) {
        await edit(CELL, text);
        assert.deepEqual(await projection.list(), [{ path: CELL, state: 'edited' }], text);
        assert.equal(await projection.write(CELL, 'two\n'), 'edited', text);
        assert.equal(await read(CELL), 'two\n');
      }
      assert.equal(await projection.write(CELL, 'two\n'), 'intact');
    });

    test('a lost file and a foreign one are found', async (t) => {
      const { projection, edit, erase } = await open(t);
      await projection.write(CELL, 'cell\n');
      await erase(CELL);
      await edit(SIDE, 'mine\n');
      assert.deepEqual(await projection.list(), [
        { path: CELL, state: 'lost' },
        { path: SIDE, state: 'foreign' },
      ]);
      assert.equal(await projection.write(CELL, 'cell\n'), 'lost');
      assert.equal(await projection.write(SIDE, 'side\n'), 'foreign');
      assert.equal(await projection.write(SIDE, 'side\n'), 'intact');
    });

    test('a removed file is gone, edited or not, and a missing one is no failure', async (t) => {
      const { projection, read, edit } = await open(t);
      assert.equal(await projection.remove(CELL), 'absent');
      await projection.write(CELL, 'cell\n');
      await projection.write(SIDE, 'side\n');
      assert.equal(await projection.remove(CELL), 'intact');
      await edit(SIDE, 'mine\n');
      assert.equal(await projection.remove(SIDE), 'edited');
      assert.equal(await read(SIDE), undefined);
      assert.deepEqual(await projection.list(), []);
    });

    test('realms whose names begin alike do not meet', async (t) => {
      const { projection } = await open(t);
      const kept = 'prod-eu/realm.yaml';
      await projection.write('prod/realm.yaml', 'prod\n');
      await projection.write(kept, 'eu\n');
      await projection.remove('prod/realm.yaml');
      assert.deepEqual(await projection.list(), [{ path: kept, state: 'intact' }]);
    });

    test('any order of writes, removals and edits leaves what a table of texts has', async (t) => {
      const runs = { numRuns: 40 };
      const history = fc.asyncProperty(fc.array(step, { maxLength: 25 }), async (steps) => {
        await playedBoth(await open(t), steps);
      });
      await fc.assert(history, runs);
    });
  });
}

const LONGEST = 'n'.repeat(63);
const name = fc.constantFrom('a', '0', 'a--b', 'realm', 'cell', 'containers', LONGEST);
const path = fc.array(name, { minLength: 1, maxLength: 5 }).map((names) => {
  const levels = ['realm', 'space', 'stack', 'cell', 'container'] as const;
  const place = Object.fromEntries(names.map((given, level) => [levels[level], given]));
  return projectionPath(place as unknown as ProjectionPlace);
});
const text = fc.constantFrom('', 'kind: Cell\n', 'kind: Cell\r\n', 'Ünïcode: "✓"\n');
const step = fc.record({
  do: fc.constantFrom('write' as const, 'remove' as const, 'edit' as const, 'erase' as const),
  path,
  text,
});
type Step = typeof step extends fc.Arbitrary<infer S> ? S : never;

async function playedBoth(bench: ProjectionBench, steps: readonly Step[]): Promise<void> {
  const [files, written] = [new Map<string, string>(), new Map<string, string>()];
  for (const { do: verb, path: at, text: content } of steps) {
    if (verb === 'write') {
      await bench.projection.write(at, content);
      for (const table of [files, written]) table.set(at, content);
    } else if (verb === 'remove') {
      await bench.projection.remove(at);
      for (const table of [files, written]) table.delete(at);
    } else if (verb === 'edit') {
      await bench.edit(at, content);
      files.set(at, content);
    } else {
      await bench.erase(at);
      files.delete(at);
    }
    for (const [known, kept] of files) assert.equal(await bench.read(known), kept);
  }
  const listed = new Map((await bench.projection.list()).map((file) => [file.path, file.state]));
  assert.deepEqual([...listed.keys()], [...new Set([...files.keys(), ...written.keys()])].sort());
  for (const [known, state] of listed) {
    const isWritten = written.has(known);
    const isSame = files.get(known) === written.get(known);
    const wanted = isWritten
      ? isSame
        ? 'intact'
        : files.has(known)
          ? 'edited'
          : 'lost'
      : 'foreign';
    assert.equal(state, wanted, known);
  }
}
