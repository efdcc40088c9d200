import { RecordReader } from '@capsule/api/node';
import type { CapsuleClient, VolumeExportMessage, VolumeExportRequest } from '@capsule/api/wire';
import { unlessUnknown } from '../transfer/unless-unknown.ts';

type Payload = VolumeExportMessage['payload'];
type Request = Omit<VolumeExportRequest, '$typeName' | '$unknown'>;

/**
 * Yields the header, the frames and the trailer of an export. The frames come over a connection of their own where the
 * capsule knows of them.
 */
export async function* receiveExport(
  client: CapsuleClient,
  request: Request,
  signal: AbortSignal,
): AsyncGenerator<Payload> {
  const { openBulk } = client;
  const opened = openBulk && (await unlessUnknown(client.volume.openExport(request, { signal })));
  if (openBulk === undefined || opened?.ticket === undefined || opened.header === undefined) {
    for await (const { payload } of client.volume.export(request, { signal })) yield payload;
    return;
  }
  const { ticket, header } = opened;
  yield { case: 'header', value: header };
  const stream = await openBulk(ticket.ticket, signal);
  try {
    const reader = new RecordReader(stream.receive());
    for (let frame = await reader.next(); frame !== undefined; frame = await reader.next()) {
      yield { case: 'frame', value: frame };
    }
    const { transferId } = ticket;
    yield { case: 'trailer', value: await client.volume.closeExport({ transferId }, { signal }) };
  } finally {
    stream.close();
  }
}
