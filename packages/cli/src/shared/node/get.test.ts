import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Level } from '@capsule/api/wire';
import { parseManifests } from '@capsule/core/manifest';
import { KUKE } from '../../kuke/program.ts';
import { type FakeServices, startFakeCapsule } from '../../testing/fake-capsule.ts';
import { runCapsulectl } from '../../testing/run-capsulectl.ts';
import {
  sampleCell,
  sampleContainer,
  sampleScope,
  wireCell,
  wireContainer,
  wireScope,
} from '../../testing/sample-node.ts';
import { CREATED_AT } from '../../testing/sample-workload.ts';

const SERVICES: FakeServices = {
  cell: {
    get: ({ place }) =>
      place?.container
        ? wireContainer(sampleContainer(place.container))
        : wireCell(sampleCell(['web', 'side'])),
    list({ level, within }) {
      if (level === Level.REALM) return { nodes: [wireScope(sampleScope(['main']))] };
      if (within?.realm === 'empty') return { nodes: [] };
      if (level === Level.CELL) return { nodes: [wireCell(sampleCell(['web', 'side']))] };
      return { nodes: [wireContainer(sampleContainer('side', { status: { restartCount: 2 } }))] };
    },
  },
};

async function kuke(line: string, isTerminal = false) {
  await using capsule = await startFakeCapsule(SERVICES);
  const now = () => CREATED_AT + 90_000;
  const { target } = capsule;
  return await runCapsulectl(line.split(' '), { program: KUKE, target, now, isTerminal });
}

test('lists are tables with the columns of their level, under every name of it', async () => {
  assert.equal((await kuke('get realms')).stdout, 'NAME  STATE  AGE\nmain  Ready  90s\n');
  const cells =
    'NAME  REALM  SPACE    STACK    STATE  AGE\nweb   main   default  default  Ready  90s\n';
  for (const words of ['get cell', 'get cells', 'g ce', 'g cells']) {
    assert.equal((await kuke(words)).stdout, cells, words);
  }
  assert.match(
    (await kuke('get containers')).stdout,
    /^NAME +REALM +SPACE +STACK +CELL +STATE +RESTARTS +AGE\nside +main +default +default +web +Ready +2 +90s\n$/,
  );
  const wide = (await kuke('get cells -o wide')).stdout;
  assert.match(wide, /AGE +CONTAINERS +ADDRESS +BRIDGE +ISOLATION +MESSAGE\n/);
  assert.match(wide, /90s +2\/2 +172\.20\.254\.2 +br0 +container +running\n$/);
  assert.equal((await kuke('get cells -o name')).stdout, 'web\n');
  assert.equal((await kuke('get co -o name')).stdout, 'web/side\n');
});

test('on a terminal, an empty list prints a message to standard error', async () => {
  assert.match((await kuke('get cells --realm empty', true)).stderr, /^no cells found$/m);
});

test('one of them is printed as a manifest that reads back', async () => {
  for (const words of ['get cell web', 'get cell web -o yaml', 'get co side --cell web']) {
    const { stdout } = await kuke(words);
    const [manifest] = parseManifests(stdout, 'cell.yaml');
    assert.equal(manifest?.kind, words.includes('co ') ? 'container' : 'cell');
    assert.match(stdout, /^status:\n {2}state: Ready$/m);
  }
  assert.match((await kuke('get cell web -o table')).stdout, /^NAME +REALM/);
  assert.equal((await kuke('get cell web -o jsonpath={.status.address}')).stdout, '172.20.254.2\n');
});

test('a container is named with its cell, in one word or by a flag', async () => {
  const missing = await kuke('get container side');
  assert.equal(missing.exitCode, 2);
  assert.match(missing.stderr, /--cell CELL is missing/);
  assert.equal((await kuke('get container web/side -o name')).stdout, 'web/side\n');
});
