import { randomUUID } from 'node:crypto';
import { create } from '@bufbuild/protobuf';
import type { Any } from '@bufbuild/protobuf/wkt';
import { Code } from '@connectrpc/connect';
import { type ContainerdClient, NO_TIMEOUT } from '../client/containerd-client.ts';
import { pack } from '../client/pack.ts';
import { REALM_LABEL } from '../client/realm-label.ts';
import { ignoring, translateError } from '../client/rpc-error.ts';
import { StreamInitSchema } from '../gen/containerd/services/streaming_pb.ts';

/** A stream that containerd knows by `id`, so that other calls can name it. */
export interface Stream {
  readonly id: string;
  /** The messages that containerd sends. */
  readonly received: AsyncIterator<Any>;
}

/**
 * Creates the namespace, marked as its realm's. containerd's garbage collector removes streams of a namespace that does not exist
 * yet; other calls create their namespace. Idempotent.
 */
export async function ensureNamespace(client: ContainerdClient): Promise<void> {
  const { namespace: name, realm } = client;
  const namespace = { name, labels: { [REALM_LABEL]: realm } };
  await ignoring(Code.AlreadyExists, client.namespaces.create({ namespace }));
}

/**
 * Opens a stream and resolves when containerd knows it. `outgoing` yields the messages to send; it may not
 * end before containerd has read them all. Aborting `signal` ends the stream both ways.
 */
export async function openStream(
  client: ContainerdClient,
  outgoing: AsyncIterable<Any>,
  signal: AbortSignal,
): Promise<Stream> {
  const id = `capsule-${randomUUID()}`;
  const answers = client.streaming.stream(greet(id, outgoing), { ...NO_TIMEOUT, signal });
  const received = answers[Symbol.asyncIterator]();
  try {
    await received.next();
  } catch (error) {
    throw translateError(error, client.socketPath, signal);
  }
  return { id, received };
}

async function* greet(id: string, outgoing: AsyncIterable<Any>): AsyncGenerator<Any> {
  yield pack(StreamInitSchema, create(StreamInitSchema, { id }));
  yield* outgoing;
}
