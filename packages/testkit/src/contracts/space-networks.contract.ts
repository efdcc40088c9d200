import assert from 'node:assert/strict';
import { suite, type TestContext, test } from 'node:test';
import type { CellNetwork, SpaceNetworks } from '@capsule/core';

type Networks = CellNetwork & SpaceNetworks;

/** A network without cells, with the space main/default in 172.20.254.0/24. */
export interface SpacesBench {
  readonly network: Networks;
  /** Another object over the same system, prepared for main/default: what a restarted capsuled has. */
  readonly reopen: () => Promise<Networks>;
}

const MAIN = { key: 'main_default', bridge: 'br0', cidr: '172.20.254.0/24', isUp: true };
const PROD = { key: 'main_prod', bridge: 'kb0123456789', cidr: '10.88.0.0/24' };
const SEEN = { ...PROD, isUp: true };
const WEB = { key: 'main_prod_default_web', hostname: 'web', address: '10.88.0.2' };

/** The contract of every `SpaceNetworks`. `open` returns a prepared bench; it cleans up after the test. */
export function spaceNetworksContract(
  name: string,
  open: (t: TestContext) => Promise<SpacesBench>,
): void {
  suite(`space networks contract: ${name}`, () => {
    test('a space is made, seen by a later process, and removed, each as often as asked', async (t) => {
      const { network, reopen } = await bench(t);
      assert.deepEqual(await network.listSpaces(), [MAIN]);
      await network.prepareSpace(PROD);
      await network.prepareSpace(PROD);
      const later = await reopen();
      assert.deepEqual(byKey(await later.listSpaces()), [MAIN, SEEN]);
      await later.prepareSpace(PROD);
      await later.removeSpace(PROD.key);
      await later.removeSpace(PROD.key);
      assert.deepEqual(await later.listSpaces(), [MAIN]);
    });

    test('cells of one name have addresses of their own spaces', async (t) => {
      const { network } = await bench(t);
      await network.prepareSpace(PROD);
      const other = { ...WEB, key: 'main_default_default_web', address: '172.20.254.2' };
      await Promise.all([network.attach(WEB), network.attach(other)]);
      for (const { key, address } of [WEB, other]) {
        const seen = { key, link: 'veth', address, complete: true } as const;
        assert.deepEqual(await network.inspect(key), seen);
        assert.ok((await network.list()).some((cell) => cell.key === key && cell.complete));
      }
      const outside = network.attach({ ...WEB, address: other.address });
      await assert.rejects(outside, { code: 'NETWORK_ADDRESS_OUTSIDE' });
      await network.detach(other.key);
    });

    test('a space with a cell is not removed, and one without it is', async (t) => {
      const { network, reopen } = await bench(t);
      await network.prepareSpace(PROD);
      await network.attach(WEB);
      const later = await reopen();
      await assert.rejects(later.removeSpace(PROD.key), { code: 'NETWORK_SPACE_IN_USE' });
      assert.deepEqual(byKey(await later.listSpaces()), [MAIN, SEEN]);
      await later.detach(WEB.key);
      await later.removeSpace(PROD.key);
      await assert.rejects(later.attach(WEB), { code: 'NETWORK_SPACE_UNKNOWN' });
    });

    test('a space gets another range, and its cells addresses of it', async (t) => {
      const { network } = await bench(t);
      await network.prepareSpace(PROD);
      await network.attach(WEB);
      await network.prepareSpace({ ...PROD, cidr: '10.88.7.0/24' });
      const seen = (await network.listSpaces()).find(({ key }) => key === PROD.key);
      assert.equal(seen?.cidr, '10.88.7.0/24');
      await assert.rejects(network.attach(WEB), { code: 'NETWORK_ADDRESS_OUTSIDE' });
      await network.attach({ ...WEB, address: '10.88.7.2' });
      const link = { key: WEB.key, link: 'veth', address: '10.88.7.2', complete: true };
      assert.deepEqual(await network.list(), [link]);
    });

    test('a range or a bridge of another space is refused, and changes nothing', async (t) => {
      const { network } = await bench(t);
      const taken = [
        { ...PROD, cidr: '172.20.0.0/16' },
        { ...PROD, cidr: '172.20.254.128/25' },
        { ...PROD, bridge: 'br0' },
      ];
      for (const spec of taken) {
        await assert.rejects(network.prepareSpace(spec), { code: 'NETWORK_SPACE_OVERLAP' });
      }
      assert.deepEqual(await network.listSpaces(), [MAIN]);
    });
  });

  async function bench(t: TestContext): Promise<SpacesBench> {
    const opened = await open(t);
    t.after(async () => {
      await opened.network.detach(WEB.key);
      await opened.network.removeSpace(PROD.key);
    });
    return opened;
  }
}

function byKey<T extends { readonly key: string }>(seen: readonly T[]): readonly T[] {
  return seen.toSorted((a, b) => (a.key < b.key ? -1 : 1));
}
