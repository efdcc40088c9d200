import { setTimeout as delay } from 'node:timers/promises';
import { create, fromBinary } from '@bufbuild/protobuf';
import type { Any } from '@bufbuild/protobuf/wkt';
import { NO_TIMEOUT } from '../client/containerd-client.ts';
import { pack } from '../client/pack.ts';
import { imageError } from '../errors.ts';
import { ImageStoreSchema } from '../gen/containerd/types/transfer/imagestore_pb.ts';
import { ImageExportStreamSchema } from '../gen/containerd/types/transfer/importexport_pb.ts';
import { DataSchema, WindowUpdateSchema } from '../gen/containerd/types/transfer/streaming_pb.ts';
import type { ImageContext } from './context.ts';
import { getRecord } from './records.ts';
import { openStream } from './stream.ts';

/** The most that containerd may send ahead. */
const WINDOW_BYTES = 256 * 1024;
const QUIET_MS = 250;

/**
 * Yields an archive of an image as containerd writes it into a stream. The window opens only by the bytes
 * that the caller has taken, so nothing accumulates here. Leaving the iteration ends the transfer.
 */
export async function* saveImage(
  context: ImageContext,
  reference: string,
  signal?: AbortSignal,
): AsyncGenerator<Uint8Array> {
  const { client, architecture } = context;
  if ((await getRecord(context, reference, signal)) === undefined) {
    throw imageError.ABSENT({ reference });
  }
  const leave = new AbortController();
  const ending = signal === undefined ? leave.signal : AbortSignal.any([signal, leave.signal]);
  const window = new Window(ending);
  try {
    const stream = await openStream(client, window.updates(), ending);
    const platform = { os: 'linux', architecture };
    const transfer = client.transfer.transfer(
      {
        source: pack(
          ImageStoreSchema,
          create(ImageStoreSchema, { name: reference, platforms: [platform] }),
        ),
        destination: pack(
          ImageExportStreamSchema,
          create(ImageExportStreamSchema, { stream: stream.id, platforms: [platform] }),
        ),
      },
      { ...NO_TIMEOUT, signal: ending },
    );
    const quiet = whenQuiet(transfer);
    for (;;) {
      // containerd leaves the stream open after the last byte.
      const next = await Promise.race([stream.received.next(), quiet]);
      if (next === undefined || next.done === true) break;
      const { data } = fromBinary(DataSchema, next.value.value);
      yield data;
      window.open(data.length);
    }
    await transfer;
  } finally {
    leave.abort();
  }
}

/**
 * Resolves a little after the transfer has answered: its last bytes came over the same connection before the
 * answer, and only have to be passed on. The caller that awaits the transfer reports its failure.
 */
async function whenQuiet(transfer: Promise<unknown>): Promise<undefined> {
  await Promise.allSettled([transfer]);
  await delay(QUIET_MS);
}

/** The window of bytes that containerd may send. */
class Window {
  readonly #signal: AbortSignal;
  #bytes = WINDOW_BYTES;
  #wake = Promise.withResolvers<void>();

  constructor(signal: AbortSignal) {
    this.#signal = signal;
    signal.addEventListener('abort', () => this.#wake.resolve());
  }

  open(bytes: number): void {
    this.#bytes += bytes;
    this.#wake.resolve();
  }

  async *updates(): AsyncGenerator<Any> {
    while (!this.#signal.aborted) {
      const update = this.#bytes;
      this.#bytes = 0;
      if (update > 0) yield pack(WindowUpdateSchema, create(WindowUpdateSchema, { update }));
      else {
        await this.#wake.promise;
        this.#wake = Promise.withResolvers<void>();
      }
    }
  }
}
