import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cellNetworkContract } from '../contracts/cell-network.contract.ts';
import { spaceNetworksContract } from '../contracts/space-networks.contract.ts';
import { FakeCellNetwork } from './fake-cell-network.ts';

cellNetworkContract('fake', async () => {
  const network = new FakeCellNetwork();
  return { network, reopen: async () => new FakeCellNetwork(network.state) };
});

spaceNetworksContract('fake', async () => {
  const network = new FakeCellNetwork();
  return { network, reopen: async () => new FakeCellNetwork(network.state) };
});

test('a planned failure happens once, and changes nothing', async () => {
  const network = new FakeCellNetwork();
  const cell = { key: 'main_default_default_web', hostname: 'web', address: '172.20.254.2' };
  network.failNext('attach', new RangeError('broken'));
  await assert.rejects(network.attach(cell), RangeError);
  assert.deepEqual(await network.list(), []);
  await network.attach(cell);
  network.damage(cell.key);
  assert.equal((await network.inspect(cell.key))?.complete, false);
});
