import assert from 'node:assert/strict';
import { suite, type TestContext, test } from 'node:test';
import type { CellFileNames, CellNetwork, PublishedPort } from '@capsule/core';

/** A network without cells, with the space main/default in 172.20.254.0/24. */
export interface NetworkBench {
  readonly network: CellNetwork;
  /** Another object over the same system, prepared for the same space: what a restarted capsuled has. */
  readonly reopen: () => Promise<CellNetwork>;
}

const WEB = { key: 'main_default_default_web', hostname: 'web', address: '172.20.254.10' };
const DB = { key: 'main_default_default_web-db', hostname: 'web-db', address: '172.20.254.11' };

/** The contract of every `CellNetwork`. `open` returns a prepared bench; it cleans up after the test. */
export function cellNetworkContract(
  name: string,
  open: (t: TestContext) => Promise<NetworkBench>,
): void {
  suite(`cell network contract: ${name}`, () => {
    test('a cell that was never attached does not exist', async (t) => {
      const { network } = await open(t);
      assert.equal(await network.inspect(WEB.key), undefined);
      assert.deepEqual(await network.list(), []);
    });

    test('attaching a cell creates all its parts, and attaching it again changes nothing', async (t) => {
      const { network } = await open(t);
      const seen = { key: WEB.key, link: 'veth', address: WEB.address, complete: true };
      await network.attach(WEB);
      assert.deepEqual(await network.inspect(WEB.key), seen);
      await network.attach(WEB);
      assert.deepEqual(await network.inspect(WEB.key), seen);
      assert.deepEqual(await network.list(), [seen]);
    });

    test('a cell with other names is not complete until an attach corrects them', async (t) => {
      const { network } = await open(t);
      await network.attach(WEB);
      const isComplete = async (names: CellFileNames) =>
        (await network.inspect(WEB.key, undefined, names))?.complete;
      const { hostname } = WEB;
      assert.equal(await isComplete({ hostname }), true);
      const dns = { nameservers: ['192.0.2.53'], searches: [], options: [] };
      const extraHosts = [{ hostname: 'printer', address: '192.0.2.9' }];
      for (const names of [{ hostname: 'other' }, { hostname, extraHosts }, { hostname, dns }]) {
        assert.equal(await isComplete(names), false);
        await network.attach({ ...WEB, ...names });
        assert.equal(await isComplete(names), true);
        await network.attach(WEB);
      }
    });

    test('detaching a cell removes it, and detaching it again succeeds', async (t) => {
      const { network } = await open(t);
      await network.attach(WEB);
      await network.attach(DB);
      await network.detach(WEB.key);
      await network.detach(WEB.key);
      assert.equal(await network.inspect(WEB.key), undefined);
      assert.deepEqual(
        (await network.list()).map((cell) => cell.key),
        [DB.key],
      );
    });

    test('a new process finds, keeps and removes the cells of an earlier process', async (t) => {
      const { network, reopen } = await open(t);
      await network.attach(WEB);
      const later = await reopen();
      assert.equal((await later.inspect(WEB.key))?.complete, true);
      await later.attach(WEB);
      await later.detach(WEB.key);
      assert.deepEqual(await later.list(), []);
      assert.deepEqual(await network.list(), []);
    });

    test('a cell can get another address', async (t) => {
      const { network } = await open(t);
      await network.attach(WEB);
      await network.attach({ ...WEB, address: '172.20.254.99' });
      const seen = { key: WEB.key, link: 'veth', address: '172.20.254.99', complete: true };
      assert.deepEqual(await network.list(), [seen]);
    });

    test('a cell can get another kind of link and the first kind again', async (t) => {
      const { network, reopen } = await open(t);
      await network.attach(WEB);
      await network.attach({ ...WEB, link: 'tap' });
      const seen = { key: WEB.key, link: 'tap', address: WEB.address, complete: true } as const;
      assert.deepEqual(await network.inspect(WEB.key), seen);
      assert.deepEqual(await network.list(), [seen]);
      const later = await reopen();
      await later.attach({ ...WEB, link: 'tap' });
      await later.attach(WEB);
      assert.deepEqual(await later.list(), [{ ...seen, link: 'veth' }]);
      await later.attach({ ...WEB, link: 'tap' });
      await later.detach(WEB.key);
      assert.deepEqual(await later.list(), []);
      assert.equal(await later.inspect(WEB.key), undefined);
    });

    test('another cell can get the address of a removed cell', async (t) => {
      const { network } = await open(t);
      await network.attach(WEB);
      await network.detach(WEB.key);
      await network.attach({ ...DB, address: WEB.address });
      const seen = { key: DB.key, link: 'veth', address: WEB.address, complete: true };
      assert.deepEqual(await network.list(), [seen]);
    });

    test('many cells can be attached and detached concurrently', async (t) => {
      const { network } = await open(t);
      const cells = Array.from({ length: 12 }, (_, at) => ({
        key: `main_default_default_many-${at}`,
        hostname: `many-${at}`,
        address: `172.20.254.${100 + at}`,
      }));
      await Promise.all(cells.map((cell) => network.attach(cell)));
      const seen = await network.list();
      assert.equal(seen.filter((cell) => cell.complete).length, 12);
      await Promise.all(cells.map((cell) => network.detach(cell.key)));
      assert.deepEqual(await network.list(), []);
    });

    test('concurrent attach and detach of a cell leave it attached or detached', async (t) => {
      const { network } = await open(t);
      await Promise.all([network.attach(WEB), network.detach(WEB.key), network.attach(WEB)]);
      assert.equal((await network.inspect(WEB.key))?.complete, true);
      await Promise.all([network.attach(WEB), network.detach(WEB.key)]);
      assert.deepEqual(await network.list(), []);
    });

    test('an address outside the subnet is refused', async (t) => {
      const { network } = await open(t);
      for (const address of ['10.0.0.1', '172.20.254.1', '172.20.254.255', 'web', '']) {
        const attach = network.attach({ ...WEB, address });
        await assert.rejects(attach, { code: 'NETWORK_ADDRESS_OUTSIDE', kind: 'invalid' });
      }
      assert.deepEqual(await network.list(), []);
    });

    test('a cell of a space that is not prepared is refused', async (t) => {
      const { network } = await open(t);
      const cell = { ...WEB, key: 'main_other_default_web' };
      await assert.rejects(network.attach(cell), { code: 'NETWORK_SPACE_UNKNOWN' });
      assert.deepEqual(await network.list(), []);
    });

    test('publishing ports repeatedly changes nothing', async (t) => {
      const { network } = await open(t);
      await Promise.all(
        Array.from({ length: 20 }, (_, at) => network.publish([published(8000 + at)])),
      );
      await network.publish([]);
    });

    test('publishing one port for two cells is refused', async (t) => {
      const { network } = await open(t);
      const twice = [published(8080), { ...published(8080), address: DB.address }];
      await assert.rejects(network.publish(twice), { code: 'NETWORK_PORT_CONFLICT' });
      await network.publish([published(8080), { ...published(8080), protocol: 'udp' }]);
      await network.publish([]);
    });

    test('every cell has its own files and a namespace with its name', async (t) => {
      const { network } = await open(t);
      const targets = network.files(WEB.key).map((file) => file.target);
      assert.deepEqual(targets, ['/etc/hosts', '/etc/hostname', '/etc/resolv.conf']);
      const sources = [...network.files(WEB.key), ...network.files(DB.key)].map((f) => f.source);
      assert.equal(new Set(sources).size, 6);
      assert.equal(network.namespacePath(WEB.key), `/run/netns/${WEB.key}`);
    });
  });
}

function published(hostPort: number): PublishedPort {
  return { hostPort, containerPort: 80, protocol: 'tcp', address: WEB.address };
}
