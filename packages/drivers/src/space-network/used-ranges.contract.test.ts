import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { test } from 'node:test';
import { chooseRange } from '@capsule/core';
import { run } from '@capsule/host';
import { inOwnNamespaces } from '@capsule/testkit';
import { KernelRanges } from './used-ranges.ts';

const SETUP = `
link add up0 type veth peer name up1
link set up0 up
link set up1 up
link add down0 type veth peer name down1
address add 192.0.2.1/24 dev up0
address add 10.88.4.9/24 dev down0
route add default via 192.0.2.2
route add 10.88.0.0/24 via 192.0.2.2
route add 10.88.1.128/25 via 192.0.2.2 table 77
route add blackhole 10.88.2.0/24
`;

if (await inOwnNamespaces(import.meta.filename)) {
  test('a new space gets no range of a route in any table, of an interface or of a resolver', async () => {
    const resolvConf = '/run/uplink-resolv.conf';
    await writeFile(resolvConf, 'nameserver 10.88.3.53\nnameserver fe80::1%up0\n');
    await run('ip', ['-batch', '-'], { input: SETUP });
    const used = await new KernelRanges(resolvConf).usedRanges();
    const ranges = used.map(({ range }) => range);
    assert.equal(chooseRange('10.88.0.0/16', [], ranges), '10.88.5.0/24');
    const detour = used.find(({ range }) => range === '10.88.0.0/24');
    assert.deepEqual([detour?.use, detour?.device], ['route', 'up0']);
  });

  test('a machine without resolvers has ranges all the same', async () => {
    const used = await new KernelRanges('/run/none').usedRanges();
    assert.ok(used.some(({ range }) => range === '192.0.2.0/24'));
  });
}
