import type { CapsuleClient } from '@capsule/api/wire';
import type { ContainerTarget } from '../target/container-target.ts';
import { unlessUnknown } from '../transfer/unless-unknown.ts';
import { joinPieces } from './join-pieces.ts';

export type Destination = ContainerTarget & {
  readonly destPath: string;
  readonly keepOwner: boolean;
};

/**
 * Sends an archive, over a connection of its own where the capsule knows of them. Returns the warnings of the
 * capsule.
 */
export async function sendArchive(
  client: CapsuleClient,
  to: Destination,
  archive: AsyncIterable<Uint8Array>,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const joined = joinPieces(archive);
  const ticket =
    client.openBulk && (await unlessUnknown(client.workload.openCopyTo(to, { signal })));
  if (client.openBulk === undefined || ticket === undefined) {
    return (await client.workload.copyTo(messages(to, joined), { signal })).warnings;
  }
  const stream = await client.openBulk(ticket.ticket, signal);
  try {
    const bytesSent = BigInt(await stream.send(joined));
    const { transferId } = ticket;
    return (await client.workload.endCopyTo({ transferId, bytesSent }, { signal })).warnings;
  } finally {
    stream.close();
  }
}

async function* messages(to: Destination, archive: AsyncIterable<Uint8Array>) {
  yield { payload: { case: 'metadata' as const, value: to } };
  for await (const piece of archive) {
    // Pieces use one memory again and again, and messages wait for each other.
    yield { payload: { case: 'chunk' as const, value: new Uint8Array(piece) } };
  }
}
