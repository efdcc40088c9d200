import assert from 'node:assert/strict';
import { test } from 'node:test';
import { imageStoreContract } from '../contracts/image-store.contract.ts';
import { testImage } from '../images/test-image.ts';
import { FakeImageStore } from './fake-image-store.ts';

const IMAGE = testImage({ layers: [[{ path: 'hello', data: Buffer.alloc(200_000, 'hello') }]] });

imageStoreContract('fake', async () => {
  const store = new FakeImageStore();
  store.offer('example.org/offered:1');
  store.hold('example.org/silent:1');
  return {
    store,
    image: IMAGE,
    offered: 'example.org/offered:1',
    absent: 'example.org/absent:1',
    silent: 'example.org/silent:1',
  };
});

test('a held pull succeeds once it is released', async () => {
  const store = new FakeImageStore();
  const release = store.hold('example.org/slow:1');
  const pull = store.pull('example.org/slow:1', () => undefined);
  release();
  assert.equal((await pull).name, 'example.org/slow:1');
});
