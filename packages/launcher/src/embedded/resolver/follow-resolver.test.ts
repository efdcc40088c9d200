import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { followResolver } from './follow-resolver.ts';

async function open(t: TestContext, host: string) {
  const folder = await mkdtemp(join(tmpdir(), 'resolver-'));
  t.after(() => rm(folder, { recursive: true }));
  const sources = [join(folder, 'host'), join(folder, 'behind')] as const;
  const target = join(folder, 'capsule');
  await writeFile(sources[0], host);
  let said = Promise.withResolvers<string>();
  const following = await followResolver({ target, sources, say: (line) => said.resolve(line) });
  t.after(() => following[Symbol.asyncDispose]());
  const after = async (change: () => Promise<void>) => {
    said = Promise.withResolvers();
    await change();
    await said.promise;
    return readFile(target, 'utf8');
  };
  return { sources, after };
}

test('the capsule uses the resolvers of the host, also after they change', async (t) => {
  const { sources, after } = await open(t, 'nameserver 192.0.2.1\n');
  const next = 'nameserver 192.0.2.2\nsearch cafe\n';
  assert.equal(await after(() => writeFile(sources[0], next)), next);
});

test('the capsule also follows the resolvers behind a stub resolver of the host', async (t) => {
  const { sources, after } = await open(t, 'nameserver 127.0.0.53\n');
  const next = 'nameserver 192.0.2.3\n';
  assert.equal(await after(() => writeFile(sources[1], next)), next);
});
