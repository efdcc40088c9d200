import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { test } from 'node:test';
import { inOwnNamespaces } from '@capsule/testkit';
import { ipBatch, ipBatchAll, ipShow, ipShowAll } from './ip.ts';
import { namespaceNames, namespaceState } from './namespace.ts';
import { nftHasTable, nftLoad, nftMap } from './nft.ts';

interface Link {
  readonly ifname: string;
}

if (await inOwnNamespaces(import.meta.filename)) {
  test('a batch stops at the first failure and names the failed command', async () => {
    const batch = ipBatch([
      'link add t0 type veth peer name t1',
      'link set absent0 up',
      'link delete t0',
    ]);
    await assert.rejects(batch, { code: 'IP_NOT_FOUND', message: /"absent0"/ });
    assert.equal((await ipShow<Link>(['link', 'show', 'dev', 't0'])).length, 1);
  });

  test('a batch of independent commands continues after a failure, and reports it', async () => {
    assert.equal(await ipBatchAll(['link delete absent0', 'link delete t0']), false);
    const names = (await ipShow<Link>(['link', 'show'])).map((link) => link.ifname);
    assert.deepEqual(names, ['lo']);
    assert.equal(await ipBatchAll(['link show lo']), true);
  });

  test('a missing object is not found, and an empty list is empty', async () => {
    await assert.rejects(ipShow(['link', 'show', 'dev', 'absent0']), { kind: 'notFound' });
    assert.deepEqual(await ipShow(['link', 'show', 'type', 'veth']), []);
    const [links, routes] = await ipShowAll(['link show', 'route show']);
    assert.equal(links?.length, 1);
    assert.deepEqual(routes, []);
  });

  test('a namespace is none, empty or pinned', async () => {
    assert.deepEqual(await namespaceNames(), []);
    assert.equal(await namespaceState('a'), 'none');
    await ipBatch(['netns add a']);
    assert.equal(await namespaceState('a'), 'pinned');
    assert.deepEqual(await ipShow(['link', 'show', 'up'], { namespace: 'a' }), []);
    await ipBatch(['netns delete a']);
    await mkdir('/run/netns', { recursive: true });
    await writeFile('/run/netns/b', '');
    assert.equal(await namespaceState('b'), 'empty');
    assert.deepEqual(await namespaceNames(), ['b']);
  });

  test('a ruleset is loaded completely or not at all', async () => {
    const ports = 'map ports {\n type inet_proto . inet_service : ipv4_addr . inet_service\n }\n';
    const broken = `table inet capsule { ${ports} }\ntable inet capsule { chain b { jump c } }\n`;
    assert.equal(await nftHasTable('inet capsule'), false);
    await assert.rejects(nftLoad(broken), { code: /^NFT_/ });
    assert.equal(await nftMap('inet capsule', 'ports'), undefined);
    await nftLoad(`table inet capsule { ${ports} }\n`);
    assert.equal(await nftHasTable('inet capsule'), true);
    assert.deepEqual(await nftMap('inet capsule', 'ports'), []);
    assert.equal(await nftMap('inet capsule', 'absent'), undefined);
    await nftLoad('add element inet capsule ports { tcp . 80 : 10.0.0.2 . 8080 }\n');
    const element = { key: ['tcp', 80], value: ['10.0.0.2', 8080] };
    assert.deepEqual(await nftMap('inet capsule', 'ports'), [element]);
  });
}
