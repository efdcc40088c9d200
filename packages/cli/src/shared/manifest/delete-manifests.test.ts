import assert from 'node:assert/strict';
import { test } from 'node:test';
import { placeFromProto } from '@capsule/api/wire';
import { levelOf, namedPlace } from '@capsule/core';
import { KUKE } from '../../kuke/program.ts';
import { startFakeCapsule } from '../../testing/fake-capsule.ts';
import { runCapsulectl } from '../../testing/run-capsulectl.ts';
import { sampleContainer, wireContainer } from '../../testing/sample-node.ts';

const FILE = `apiVersion: v1beta1
kind: Container
metadata: {name: side}
spec: {cellId: web, image: nginx}
---
apiVersion: v1beta1
kind: Container
metadata: {name: web}
spec: {cellId: web, image: nginx}
---
name: flat
kind: Container
container: {image: nginx}
---
name: data
kind: Volume
size: 64MiB
---
apiVersion: v1beta1
kind: Realm
metadata: {name: prod}
`;

test('a file is deleted in the reverse order of an apply, and what is missing is no error', async () => {
  const asked: string[] = [];
  await using capsule = await startFakeCapsule({
    cell: {
      get: ({ place }) => wireContainer(sampleContainer(place?.container ?? '')),
      delete({ place: wire, cascade }) {
        const place = placeFromProto(wire);
        asked.push(`${namedPlace(place)}${cascade ? ' cascade' : ''}`);
        return { existed: levelOf(place) !== 'realm' };
      },
    },
    volume: {
      delete({ name }) {
        asked.push(`volume ${name}`);
        return { existed: true };
      },
    },
  });
  const { stdout, exitCode } = await runCapsulectl(['delete', '-f', '-'], {
    program: KUKE,
    target: capsule.target,
    stdin: FILE,
  });
  assert.equal(exitCode, 0);
  // The root goes with its cell, and after its siblings.
  assert.deepEqual(asked, [
    'container web/side',
    'cell web',
    'cell flat cascade',
    'volume data',
    'realm prod',
  ]);
  assert.match(stdout, /^container web\/side deleted$/m);
  assert.match(stdout, /^realm prod does not exist$/m);
});
