import { create, type MessageInitShape, toBinary } from '@bufbuild/protobuf';
import { lengthBefore } from '@capsule/api/node';
import {
  type CapsuleClient,
  type Volume,
  VolumeImportEndSchema,
  type VolumeImportRequestSchema,
  type VolumeImportStartSchema,
} from '@capsule/api/wire';
import { unlessUnknown } from '../transfer/unless-unknown.ts';

type Start = MessageInitShape<typeof VolumeImportStartSchema>;
/** The messages of an import after its start. */
type Message = MessageInitShape<typeof VolumeImportRequestSchema>;

/** Sends an import, over a connection of its own where the capsule knows of them. */
export async function sendImport(
  client: CapsuleClient,
  start: Start,
  messages: AsyncIterable<Message>,
  signal: AbortSignal,
): Promise<Volume> {
  const { openBulk } = client;
  const ticket = openBulk && (await unlessUnknown(client.volume.openImport(start, { signal })));
  if (openBulk === undefined || ticket === undefined) {
    return client.volume.import(withStart(start, messages), { signal });
  }
  const stream = await openBulk(ticket.ticket, signal);
  try {
    await stream.send(recordsOf(messages));
    return await client.volume.closeImport({ transferId: ticket.transferId }, { signal });
  } finally {
    stream.close();
  }
}

async function* withStart(start: Start, messages: AsyncIterable<Message>): AsyncGenerator<Message> {
  yield { payload: { case: 'start', value: start } };
  yield* messages;
}

async function* recordsOf(messages: AsyncIterable<Message>): AsyncGenerator<Uint8Array> {
  for await (const { payload } of messages) {
    const isEnd = payload?.case === 'end';
    const record = isEnd
      ? toBinary(VolumeImportEndSchema, create(VolumeImportEndSchema, payload.value))
      : payload?.case === 'frame'
        ? payload.value
        : new Uint8Array();
    if (isEnd) yield lengthBefore(new Uint8Array());
    yield lengthBefore(record);
    yield record;
  }
}
