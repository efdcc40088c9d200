import assert from 'node:assert/strict';
import { suite, type TestContext, test } from 'node:test';
import { type CellCgroups, describePlace, placeOf } from '@capsule/core';
import fc from 'fast-check';

const anyName = fc.stringMatching(/^[a-z0-9]([-a-z0-9]{0,6}[a-z0-9])?$/);
const anyPlace = fc.array(anyName, { minLength: 1, maxLength: 4 }).map(placeOf);

const placed = (path: string) => placeOf(path.split('/'));

/** The contract of every `CellCgroups`. `open` returns cgroups without any place. */
export function cellCgroupsContract(
  name: string,
  open: (t: TestContext) => Promise<CellCgroups>,
): void {
  const pathsOf = async (cgroups: CellCgroups) => (await cgroups.list()).map(describePlace);

  suite(`cell cgroups contract: ${name}`, () => {
    test('a cgroup is made with those above it, however often it is asked for', async (t) => {
      const cgroups = await open(t);
      assert.deepEqual(await cgroups.list(), []);
      await cgroups.ensure(placed('main/default/default/web'));
      await cgroups.ensure(placed('main/default/default/web'));
      assert.deepEqual(await pathsOf(cgroups), [
        ...['main', 'main/default', 'main/default/default', 'main/default/default/web'],
      ]);
    });

    test('a cgroup that holds another one stays', async (t) => {
      const cgroups = await open(t);
      await cgroups.ensure(placed('main/default/default'));
      await cgroups.remove(placed('main'));
      await cgroups.remove(placed('main/default'));
      assert.deepEqual(await pathsOf(cgroups), ['main', 'main/default', 'main/default/default']);
    });

    test('removing one leaves its neighbours, and one that is gone is a success', async (t) => {
      const cgroups = await open(t);
      for (const realm of ['prod', 'prod-eu']) await cgroups.ensure(placed(realm));
      await cgroups.remove(placed('prod'));
      await cgroups.remove(placed('prod'));
      await cgroups.remove(placed('none/of/these/exists'));
      assert.deepEqual(await pathsOf(cgroups), ['prod-eu']);
    });

    test('nothing is left when all are removed from the inside', async (t) => {
      const cgroups = await open(t);
      await fc.assert(
        fc.asyncProperty(fc.array(anyPlace, { maxLength: 6 }), async (places) => {
          for (const place of places) await cgroups.ensure(place);
          const made = await cgroups.list();
          for (const place of places) {
            assert.ok(made.some((one) => describePlace(one) === describePlace(place)));
          }
          for (const place of made.toReversed()) await cgroups.remove(place);
          assert.deepEqual(await cgroups.list(), []);
        }),
        { numRuns: 30 },
      );
    });
  });
}
