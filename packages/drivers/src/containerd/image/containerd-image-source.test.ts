import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Code, ConnectError } from '@connectrpc/connect';
import type { ContainerdClient } from '../client/containerd-client.ts';
import { ContainerdImageSource } from './containerd-image-source.ts';

test('when containerd goes away, listing layers fails instead of returning none', async () => {
  for (const failure of [answer(Code.Unavailable), new ConnectError('reset', Code.Aborted)]) {
    await assert.rejects(sourceWith(failure).chainIds(), failure);
  }
});

test('an image that cannot be read has no layers, and the others are still listed', async () => {
  for (const failure of [answer(Code.NotFound), answer(Code.Unknown)]) {
    assert.deepEqual(await sourceWith(failure).chainIds(), []);
  }
});

/** Returns the source of a containerd with one image, whose content cannot be read. */
function sourceWith(failure: ConnectError): ContainerdImageSource {
  const images = { list: async () => ({ images: [{ name: 'web', target: { digest: 'x' } }] }) };
  const content = {
    // biome-ignore lint/correctness/useYield: it fails before the first part.
    async *read() {
      throw failure;
    },
  };
  const client = { images, content } as unknown as ContainerdClient;
  return new ContainerdImageSource(client, { scratch: '/nowhere' });
}

/** An error as containerd sends it. */
function answer(code: Code): ConnectError {
  return Object.assign(new ConnectError('transport is closing', code), { isWireError: true });
}
