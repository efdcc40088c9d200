import assert from 'node:assert/strict';
import { suite, type TestContext, test } from 'node:test';
import type { CellNamespaces } from '@capsule/core';

/** Nothing is pinned yet. */
export interface CellNamespacesBench {
  readonly namespaces: CellNamespaces;
  /** Another object over the same system: what a restarted capsuled has. */
  readonly reopen: () => CellNamespaces;
}

const WEB = 'main_default_default_web';
const WEB_DB = 'main_default_default_web-db';
const SHM_BYTES = 64 * 1024 * 1024;
const NAMED = { hostname: 'web', shmBytes: SHM_BYTES };

/** The contract of every `CellNamespaces`. `open` returns a fresh bench; it cleans up after the test. */
export function cellNamespacesContract(
  name: string,
  open: (t: TestContext) => Promise<CellNamespacesBench>,
): void {
  suite(`cell namespaces contract: ${name}`, () => {
    test('a cell that was never pinned has nothing, and unpinning it is a success', async (t) => {
      const { namespaces } = await open(t);
      await namespaces.unpin(WEB);
      assert.equal(await namespaces.inspect(WEB), undefined);
      assert.deepEqual(await namespaces.list(), []);
    });

    test('a pinned cell is complete, for a later process too, until it is unpinned', async (t) => {
      const { namespaces, reopen } = await open(t);
      const seen = { key: WEB, ...NAMED, complete: true };
      await namespaces.pin(WEB, NAMED);
      await namespaces.pin(WEB, NAMED);
      assert.deepEqual(await namespaces.inspect(WEB), seen);
      assert.deepEqual(await reopen().list(), [seen]);
      await reopen().unpin(WEB);
      assert.equal(await namespaces.inspect(WEB), undefined);
      assert.deepEqual(await namespaces.list(), []);
    });

    test('a cell may get another host name', async (t) => {
      const { namespaces } = await open(t);
      await namespaces.pin(WEB, NAMED);
      await namespaces.pin(WEB, { ...NAMED, hostname: 'other' });
      assert.equal((await namespaces.inspect(WEB))?.hostname, 'other');
    });

    test('the shared memory of a pinned cell may get another size', async (t) => {
      const { namespaces, reopen } = await open(t);
      for (const shmBytes of [SHM_BYTES, 8192, 2 * SHM_BYTES]) {
        await namespaces.pin(WEB, { ...NAMED, shmBytes });
        assert.equal((await reopen().inspect(WEB))?.shmBytes, shmBytes);
      }
    });

    test('the settings are those with which the namespaces were made', async (t) => {
      const { namespaces, reopen } = await open(t);
      await namespaces.pin(WEB, { ...NAMED, sysctls: 'one' });
      await namespaces.pin(WEB, { ...NAMED, hostname: 'other', sysctls: 'two' });
      assert.equal((await reopen().inspect(WEB))?.sysctls, 'one');
      await namespaces.unpin(WEB);
      await namespaces.pin(WEB, { ...NAMED, sysctls: 'two' });
      assert.equal((await namespaces.inspect(WEB))?.sysctls, 'two');
    });

    test('many cells are pinned and unpinned at once, each by itself', async (t) => {
      const { namespaces } = await open(t);
      const keys = Array.from({ length: 8 }, (_, at) => `main_default_default_many-${at}`);
      await Promise.all(keys.map((key) => namespaces.pin(key, NAMED)));
      assert.equal((await namespaces.list()).filter(({ complete }) => complete).length, 8);
      await Promise.all(keys.slice(1).map((key) => namespaces.unpin(key)));
      assert.deepEqual(
        (await namespaces.list()).map(({ key }) => key),
        keys.slice(0, 1),
      );
    });

    test('pin and unpin of one cell at once leave one or the other', async (t) => {
      const { namespaces } = await open(t);
      await Promise.all([
        namespaces.pin(WEB, NAMED),
        namespaces.unpin(WEB),
        namespaces.pin(WEB, NAMED),
      ]);
      assert.equal((await namespaces.inspect(WEB))?.complete, true);
      await Promise.all([namespaces.pin(WEB, NAMED), namespaces.unpin(WEB)]);
      assert.deepEqual(await namespaces.list(), []);
    });

    test('two cells have different places, and that of the network is named after the cell', async (t) => {
      const { namespaces } = await open(t);
      const all = [WEB, WEB_DB].flatMap((key) => Object.values(namespaces.paths(key)));
      assert.equal(new Set(all).size, 8);
      assert.equal(namespaces.paths(WEB).net, `/run/netns/${WEB}`);
    });
  });
}
