import type { MessageInitShape } from '@bufbuild/protobuf';
import type {
  CapsuleClient,
  ImagePushMetadataSchema,
  ImagePushRequestSchema,
  ImagePushResponse,
} from '@capsule/api/wire';
import { unlessUnknown } from '../transfer/unless-unknown.ts';

/** With the wide HTTP/2 windows of the client, this size gives the best throughput. */
const MESSAGE_BYTES = 256 * 1024;

type Wanted = MessageInitShape<typeof ImagePushMetadataSchema>;

/** Sends an image archive, over a connection of its own where the capsule knows of them. */
export async function sendImage(
  client: CapsuleClient,
  wanted: Wanted,
  pieces: AsyncIterable<Uint8Array>,
  signal: AbortSignal,
): Promise<ImagePushResponse> {
  const ticket =
    client.openBulk && (await unlessUnknown(client.image.openPush(wanted, { signal })));
  if (client.openBulk === undefined || ticket === undefined) {
    return client.image.push(messages(wanted, pieces), { signal });
  }
  const stream = await client.openBulk(ticket.ticket, signal);
  try {
    const bytesSent = BigInt(await stream.send(pieces));
    return await client.image.endPush({ transferId: ticket.transferId, bytesSent }, { signal });
  } finally {
    stream.close();
  }
}

async function* messages(
  wanted: Wanted,
  pieces: AsyncIterable<Uint8Array>,
): AsyncGenerator<MessageInitShape<typeof ImagePushRequestSchema>> {
  yield { msg: { case: 'metadata', value: wanted } };
  for await (const piece of pieces) {
    for (let from = 0; from < piece.length; from += MESSAGE_BYTES) {
      const value = piece.subarray(from, from + MESSAGE_BYTES);
      yield { msg: { case: 'chunk', value: value as Uint8Array<ArrayBuffer> } };
    }
  }
}
