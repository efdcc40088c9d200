import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Code, ConnectError } from '@connectrpc/connect';
import type { ImageContext } from './context.ts';
import { getImage, listImages } from './list-images.ts';

/** A store with two images; the content of `bad` cannot be read. */
function storeWith(failure: unknown): ImageContext {
  const images = ['bad', 'good'].map((name) => ({ name, target: { digest: `sha256:${name}` } }));
  const get = async ({ name }: { name: string }) => ({
    image: images.find((one) => one.name === name),
  });
  const client = { images: { list: async () => ({ images }), get } };
  const reader = {
    read: async (name: string) => {
      if (name === 'bad') throw failure;
      return { sizeBytes: 7 };
    },
  };
  return { client, reader } as never;
}

/** An error as containerd sends it. */
function answer(code: Code): ConnectError {
  return Object.assign(new ConnectError('input/output error', code), { isWireError: true });
}

test('an image whose content cannot be read is listed with the others', async () => {
  const listed = await listImages(storeWith(answer(Code.Unknown)));
  assert.deepEqual(
    listed.map(({ name, sizeBytes }) => [name, sizeBytes]),
    [
      ['bad', 0],
      ['good', 7],
    ],
  );
});

test('an image whose content cannot be read is found, so it can be removed', async () => {
  assert.equal((await getImage(storeWith(answer(Code.Unknown)), 'bad'))?.digest, 'sha256:bad');
});

test('listing fails when the store goes away', async () => {
  for (const failure of [answer(Code.Unavailable), new ConnectError('reset', Code.Aborted)]) {
    await assert.rejects(listImages(storeWith(failure)), failure);
  }
});
