import type { CapsuleClient } from '@capsule/api/wire';
import type { ContainerTarget } from '../target/container-target.ts';
import { transferError } from '../transfer/errors.ts';
import { unlessUnknown } from '../transfer/unless-unknown.ts';

export type Origin = ContainerTarget & { readonly srcPath: string };

/**
 * Yields an archive, over a connection of its own where the capsule knows of them. A piece is good until the next
 * one is asked for. Fails with `TRANSFER_CUT`.
 */
export async function* receiveArchive(
  client: CapsuleClient,
  from: Origin,
  warn: (warning: string) => void,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  const ticket =
    client.openBulk && (await unlessUnknown(client.workload.openCopyFrom(from, { signal })));
  if (client.openBulk === undefined || ticket === undefined) {
    yield* streamed(client, from, warn, signal);
    return;
  }
  const stream = await client.openBulk(ticket.ticket, signal);
  try {
    let arrived = 0;
    for await (const piece of stream.receive()) {
      arrived += piece.length;
      yield piece;
    }
    const { transferId } = ticket;
    const { bytesSent, warnings } = await client.workload.endCopyFrom({ transferId }, { signal });
    warnings.forEach(warn);
    const sent = Number(bytesSent);
    if (arrived !== sent) throw transferError.CUT({ arrived, sent });
  } finally {
    stream.close();
  }
}

async function* streamed(
  client: CapsuleClient,
  from: Origin,
  warn: (warning: string) => void,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  for await (const message of client.workload.copyFrom(from, { signal })) {
    message.warnings.forEach(warn);
    if (message.data.length > 0) yield message.data;
  }
}
