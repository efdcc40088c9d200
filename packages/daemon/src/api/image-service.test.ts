import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ImageService } from '@capsule/api/wire';
import { cellOfWorkload, completeSpec, FIRST_STATUS, refOfWorkload } from '@capsule/core';
import { FakeImageStore } from '@capsule/testkit';
import type { HandlerContext, ServiceImpl } from '@connectrpc/connect';
import { BulkTransfers } from '../bulk/transfers.ts';
import { ImageCommands } from '../image/commands.ts';
import { imageService } from './image-service.ts';

const NGINX = 'docker.io/library/nginx:latest';
const CONTEXT = { signal: new AbortController().signal } as HandlerContext;

type Service = ServiceImpl<typeof ImageService>;

/** The realms `main` and `other` have the image; a container of `other` uses it. */
async function setUp(): Promise<Service> {
  const stores = new Map(['main', 'other'].map((realm) => [realm, new FakeImageStore()]));
  for (const store of stores.values()) {
    store.offer(NGINX);
    await store.pull(NGINX, () => undefined);
  }
  const of = (realm: string) => stores.get(realm) ?? assert.fail(`no realm ${realm}`);
  const ref = { ...refOfWorkload('web'), cell: { ...cellOfWorkload('web'), realm: 'other' } };
  const spec = completeSpec({ name: 'web', image: 'nginx' });
  const rest = { uid: 'u', generation: 1, revision: 1, run: 1, role: 'root', desired: 'running' };
  const user = { ref, spec, ...rest } as const;
  const use = (realm: string) =>
    new ImageCommands({
      images: of(realm),
      containers: () => (realm === 'other' ? [user] : []) as never,
      statusOf: () => FIRST_STATUS,
      now: () => Number.MAX_SAFE_INTEGER,
    });
  const realmOf = (name: string) => (name === 'default' ? 'main' : name);
  const transfers = new BulkTransfers(() => 0);
  return imageService({ images: { of }, transfers, use, realmOf }) as Service;
}

const usersIn = async (service: Service, realm: string) => {
  const { images } = await service.list({ realm } as never, CONTEXT);
  return images?.map(({ usedBy }) => usedBy);
};

test('each realm lists its own images, with the containers of this realm that use them', async () => {
  const service = await setUp();
  assert.deepEqual(await usersIn(service, ''), [[]]);
  assert.deepEqual(await usersIn(service, 'default'), [[]]);
  assert.deepEqual(await usersIn(service, 'other'), [['other/default/default/web/web']]);
});

test('a removal takes the image of one realm, and is refused where a container uses it', async () => {
  const service = await setUp();
  const remove = (realm: string) => service.remove({ name: 'nginx', realm } as never, CONTEXT);
  await assert.rejects(async () => remove('other'), { code: 'IMAGE_USE_IN_USE' });
  assert.equal((await remove('')).existed, true);
  assert.deepEqual(await usersIn(service, ''), []);
  assert.equal((await usersIn(service, 'other'))?.length, 1);
});
