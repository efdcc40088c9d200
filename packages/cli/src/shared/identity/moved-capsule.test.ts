import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { CapsuleService, parseAddress } from '@capsule/api/wire';
import { startRemoteCapsule } from '@capsule/testkit/remote-capsule';
import { runCapsulectl } from '../../testing/run-capsulectl.ts';
import { connectSaved } from '../operator/connect-saved.ts';
import { readContexts } from '../operator/read-contexts.ts';

test('a capsule that moved is used although its new address cannot be saved', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'capsule-saved-'));
  const env = { CAPSULE_CONFIG_DIR: folder };
  await using fake = await startRemoteCapsule((router) =>
    router.service(CapsuleService, { getInfo: () => ({ hostname: 'box' }) }),
  );
  await runCapsulectl(`adopt ${fake.address} --name box --yes --code ABCD-EFGH`.split(' '), {
    env,
  });
  const { contexts } = await readContexts({ env });
  const saved = contexts.find(({ name }) => name === 'box');
  assert.ok(saved);
  const client = await connectSaved(
    { ...saved, addr: '127.0.0.1:1' },
    {
      // A file in the place of the folder.
      env: { CAPSULE_CONFIG_DIR: join(folder, 'config.yaml') },
      now: Date.now,
      find: async (_, isIt) => {
        const address = parseAddress(fake.address);
        return (await isIt(address)) ? address : undefined;
      },
    },
  );
  assert.equal((await client.capsule.getInfo({})).hostname, 'box');
  client.close();
  await rm(folder, { recursive: true });
});
