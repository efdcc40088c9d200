import assert from 'node:assert/strict';
import { after, suite, test } from 'node:test';
import { missingContainerd, openContainerd } from '@capsule/testkit';
import { ContainerdConnection } from '../client/containerd-connection.ts';
import { withLease } from '../client/lease.ts';
import { ContainerdInventory } from './containerd-inventory.ts';
import { ContainerdRealms } from './containerd-realms.ts';

const containerd = await openContainerd();

after(async () => {
  await containerd?.[Symbol.asyncDispose]();
});

suite('the inventory of containerd', { skip: missingContainerd() }, () => {
  test('it lists realms and other namespaces with everything in them that is left', async () => {
    assert.ok(containerd !== undefined);
    using connection = new ContainerdConnection({ socketPath: containerd.socketPath });
    const realm = { name: `seen-${process.pid}`, namespace: `kukeon-seen-${process.pid}` };
    const other = { name: 'other', namespace: `other-${process.pid}` };
    const store = new ContainerdRealms(connection);
    const inventory = new ContainerdInventory(connection);
    const seen = async ({ namespace }: typeof realm) =>
      (await inventory.namespaces()).find((one) => one.namespace === namespace);
    await store.ensureNamespace(realm);
    const client = connection.in(realm);
    await connection.in(other).namespaces.create({ namespace: { name: other.namespace } });
    try {
      const { snapshots, leases } = client;
      const shared = { snapshotter: 'overlayfs', parent: '' };
      // Containerd collects what nothing holds while the test looks.
      const labels = { 'containerd.io/gc.root': 'now' };
      await snapshots.prepare({ ...shared, key: 'layer', labels });
      await snapshots.prepare({ ...shared, key: 'extract-1-ab sha256:00' });
      await snapshots.view({ ...shared, key: 'view' });
      await leases.create({ id: 'left' });
      await withLease(client, async () => {
        assert.deepEqual(await seen(realm), {
          namespace: realm.namespace,
          realm: realm.name,
          containers: [],
          snapshots: ['layer'],
          leases: ['left'],
        });
      });
      assert.equal((await seen(other))?.realm, undefined);
    } finally {
      await store.removeNamespace(realm);
      await client.namespaces.delete({ name: other.namespace });
    }
    assert.equal(await seen(realm), undefined);
  });
});
