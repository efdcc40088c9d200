import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startFakeCapsule } from '../../testing/fake-capsule.ts';
import { runCapsulectl } from '../../testing/run-capsulectl.ts';

const image = (name: string) => ({ name, digest: 'sha256:1', sizeBytes: 1n, createdUnix: 0n });

test('a change is shown again, an equal state is not, and a restart is survived', async () => {
  const ended = new AbortController();
  let asked = 0;
  const images = {
    list: () => {
      asked += 1;
      if (asked === 4) ended.abort();
      return { images: [image(asked < 3 ? 'one' : 'two')] };
    },
  };
  await using capsule = await startFakeCapsule({ image: images });
  const kill = async () => {
    while (asked < 2) await new Promise((resolve) => setImmediate(resolve));
    await capsule.kill();
    await capsule.start({ image: images });
  };
  const [{ stdout }] = await Promise.all([
    runCapsulectl(['image', 'list', '--watch', '-o', 'name'], {
      target: capsule.target,
      signal: ended.signal,
    }),
    kill(),
  ]);
  assert.equal(stdout, 'one\ntwo\n');
});
