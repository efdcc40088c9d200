import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { test } from 'node:test';
import { KernelPortListeners, workloadOf } from './kernel-port-listeners.ts';

test("capsuled's own socket is not reported as a listener", async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  assert.deepEqual(new KernelPortListeners().find(new Set([`${port}/tcp`])), []);
  server.close();
});

test('a listener of a workload is known by its cgroup, and one in another cell of the same name by its place', () => {
  const v1 = ['3:cpu:/capsule/kukeon/main/default/default/web/web_root', '0::/'];
  assert.equal(workloadOf(v1), 'web');
  assert.equal(workloadOf(['0::/kukeon/main/default/default/db/db_root']), 'db');
  assert.equal(workloadOf(['0::/kukeon/main/default/shop/db/db_root']), 'main/default/shop/db');
  assert.equal(workloadOf(['0::/system.slice/nginx.service']), undefined);
});
