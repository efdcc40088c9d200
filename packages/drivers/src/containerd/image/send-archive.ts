import { create, fromBinary } from '@bufbuild/protobuf';
import type { Any } from '@bufbuild/protobuf/wkt';
import type { ContainerdClient } from '../client/containerd-client.ts';
import { pack } from '../client/pack.ts';
import { DataSchema, WindowUpdateSchema } from '../gen/containerd/types/transfer/streaming_pb.ts';
import { SendWindow } from './send-window.ts';
import { openStream } from './stream.ts';

/** containerd opens its window by as much at a time. */
const PIECE_BYTES = 64 * 1024;
/** Archives end with padding that containerd does not read; it is taken from the sender all the same. */
const PADDING_LIMIT_BYTES = 1024 * 1024;

export interface Sending {
  /** Names the stream to the transfer that reads it. */
  readonly id: string;
  /** Call it when the reader has all it needs: drains the source and ends the stream. */
  finish(): Promise<void>;
}

/**
 * Opens a byte stream to containerd and feeds it as fast as the receiver allows; holds at most one piece of
 * the source. A source that fails aborts `controller`, with its failure as the reason. Aborting ends the
 * stream at once, even while the source is silent.
 */
export async function sendArchive(
  client: ContainerdClient,
  source: AsyncIterable<Uint8Array>,
  controller: AbortController,
): Promise<Sending> {
  const window = new SendWindow();
  const fed = Promise.withResolvers<void>();
  const outgoing = feed(source, window, fed, controller);
  const stream = await openStream(client, outgoing, controller.signal);
  const reading = readWindow(stream.received, window);
  const aborted = Promise.withResolvers<void>();
  controller.signal.addEventListener('abort', () => aborted.resolve());
  return {
    id: stream.id,
    async finish() {
      window.close();
      await Promise.race([fed.promise, aborted.promise]);
      controller.signal.throwIfAborted();
      controller.abort();
      await reading;
    },
  };
}

async function* feed(
  source: AsyncIterable<Uint8Array>,
  window: SendWindow,
  fed: PromiseWithResolvers<void>,
  controller: AbortController,
): AsyncGenerator<Any> {
  try {
    yield* cutIntoPieces(source, window);
  } catch (error) {
    controller.abort(error);
  } finally {
    fed.resolve();
  }
}

async function* cutIntoPieces(
  source: AsyncIterable<Uint8Array>,
  window: SendWindow,
): AsyncGenerator<Any> {
  let padding = 0;
  for await (const chunk of source) {
    for (let at = 0; at < chunk.length; ) {
      const size = await window.take(Math.min(PIECE_BYTES, chunk.length - at));
      if (size === 0) {
        padding += chunk.length - at;
        break;
      }
      yield pack(DataSchema, create(DataSchema, { data: chunk.subarray(at, at + size) }));
      at += size;
    }
    if (padding > PADDING_LIMIT_BYTES) return;
  }
}

/** Ends with the stream; the transfer that uses it reports why. */
async function readWindow(received: AsyncIterator<Any>, window: SendWindow): Promise<void> {
  try {
    for (let next = await received.next(); !next.done; next = await received.next()) {
      window.give(fromBinary(WindowUpdateSchema, next.value.value).update);
    }
  } catch {
    // capsuled or containerd closed the stream; the result of the transfer reports both.
  } finally {
    window.close();
  }
}
