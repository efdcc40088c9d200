import { type ImagePushRequest, type ImageService, imageToProto } from '@capsule/api';
import { defineErrors, type ImageStore } from '@capsule/core';
import type { ServiceImpl } from '@connectrpc/connect';

export const pushError = defineErrors('PUSH', {
  OUT_OF_ORDER: {
    kind: 'invalid',
    message: () => 'metadata may come once, in the first message, and chunks after it',
    hint: 'use `capsulectl image push`',
  },
});

/** The calls about the image cache. */
export function imageService(images: ImageStore): Partial<ServiceImpl<typeof ImageService>> {
  return {
    async list(_request, context) {
      return { images: (await images.list(context.signal)).map(imageToProto) };
    },
    async push(requests, context) {
      const count = { bytes: 0 };
      const loaded = await images.load(chunksOf(requests, count), context.signal);
      return {
        imageRefs: loaded.map(({ name }) => name),
        bytesReceived: BigInt(count.bytes),
      };
    },
  };
}

async function* chunksOf(
  requests: AsyncIterable<ImagePushRequest>,
  count: { bytes: number },
): AsyncGenerator<Uint8Array> {
  let isFirst = true;
  for await (const { msg } of requests) {
    if (msg.case === 'chunk') {
      count.bytes += msg.value.length;
      yield msg.value;
    } else if (!isFirst) {
      throw pushError.OUT_OF_ORDER({});
    }
    isFirst = false;
  }
}
