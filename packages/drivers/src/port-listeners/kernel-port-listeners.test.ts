import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { test } from 'node:test';
import { KernelPortListeners, workloadOf } from './kernel-port-listeners.ts';

test('a socket of our own is none that somebody else has', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  assert.deepEqual(new KernelPortListeners().find(new Set([`${port}/tcp`])), []);
  server.close();
});

test('a program of a workload is known by its cgroup, and one of another cell of its name by a key', () => {
  const v1 = ['3:cpu:/capsule/kukeon/main/default/default/web/web_root', '0::/'];
  assert.equal(workloadOf(v1), 'web');
  assert.equal(workloadOf(['0::/kukeon/main/default/default/db/db_root']), 'db');
  assert.equal(workloadOf(['0::/kukeon/main/default/shop/db/db_root']), 'main_default_shop_db');
  assert.equal(workloadOf(['0::/system.slice/nginx.service']), undefined);
});
