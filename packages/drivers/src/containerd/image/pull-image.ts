import { create, fromBinary } from '@bufbuild/protobuf';
import type { Any } from '@bufbuild/protobuf/wkt';
import type { Image, PullProgress } from '@capsule/core';
import { Code } from '@connectrpc/connect';
import { NO_TIMEOUT } from '../client/containerd-client.ts';
import { pack } from '../client/pack.ts';
import { ignoring, isAnswer } from '../client/rpc-error.ts';
import { imageError, runtimeError } from '../errors.ts';
import { ProgressSchema } from '../gen/containerd/types/transfer/progress_pb.ts';
import { OCIRegistrySchema } from '../gen/containerd/types/transfer/registry_pb.ts';
import { answerLogins } from './answer-logins.ts';
import type { ImageContext } from './context.ts';
import { describeDestination } from './describe-destination.ts';
import { describePullError } from './pull-error.ts';
import { PullTally } from './pull-progress.ts';
import { deleteRecord, getRecord, updatedAt } from './records.ts';
import { StallWatch } from './stall-watch.ts';
import { ensureNamespace, openStream } from './stream.ts';

export interface Pull {
  readonly reference: string;
  readonly onProgress: (progress: PullProgress) => void;
}

/**
 * Fetches and unpacks an image under containerd's own lease. Content that was fetched before a failure is
 * kept for a while.
 */
export async function pullImage(
  context: ImageContext,
  { reference, onProgress }: Pull,
  signal?: AbortSignal,
): Promise<Image> {
  signal?.throwIfAborted();
  const controller = new AbortController();
  const stop = () => controller.abort(signal?.reason);
  signal?.addEventListener('abort', stop);
  using watch = new StallWatch(controller, context.stallMs);
  try {
    onProgress({ stage: 'resolving', doneBytes: 0, totalBytes: 0 });
    await transferWithRefetch(context, { reference, onProgress }, { controller, watch });
  } catch (error) {
    if (watch.stalled) throw imageError.STALLED({ reference, seconds: context.stallMs / 1000 });
    throw describePullError(reference, error);
  } finally {
    signal?.removeEventListener('abort', stop);
    // Also ends the stream of progress reports.
    controller.abort();
  }
  return describeResult(context, reference, signal);
}

interface Watched {
  readonly controller: AbortController;
  readonly watch: StallWatch;
}

/**
 * Transfers an image, and once more when a layer is garbled. containerd resumes a layer that an earlier try
 * fetched in part, and notices only by the digest at the end that this part was garbled. The part is then
 * deleted and fetched again.
 */
async function transferWithRefetch(
  context: ImageContext,
  pull: Pull,
  watched: Watched,
): Promise<void> {
  try {
    await transferImage(context, pull, watched);
  } catch (error) {
    const ref = isAnswer(error) && GARBLED.exec(error.rawMessage)?.[1];
    if (!ref) throw error;
    await ignoring(Code.NotFound, context.client.content.abort({ ref }));
    await transferImage(context, pull, watched);
  }
}

/** The text is in containerd's plugins/content/local/writer.go. */
const GARBLED = /failed commit on ref "([^"]+)": unexpected commit digest/;

async function transferImage(
  context: ImageContext,
  { reference, onProgress }: Pull,
  { controller, watch }: Watched,
): Promise<void> {
  const { client, certsDir, findLogin } = context;
  const { signal } = controller;
  await ensureNamespace(client);
  const stream = await openStream(client, silence(signal), signal);
  const reports = readReports(stream.received, (tally) => {
    const progress = tally.describe();
    if (progress.stage === 'unpacking') watch.pause();
    else watch.touch();
    onProgress(progress);
  });
  const authStream = findLogin === undefined ? '' : await answerLogins(client, findLogin, signal);
  const resolver = { hostDir: certsDir, authStream };
  const source = create(OCIRegistrySchema, { reference, resolver });
  await client.transfer.transfer(
    {
      source: pack(OCIRegistrySchema, source),
      destination: describeDestination(context, reference),
      options: { progressStream: stream.id },
    },
    { ...NO_TIMEOUT, signal },
  );
  controller.abort();
  await reports;
}

/** The capsule's side of the progress stream: it sends nothing and is open until the pull is over. */
async function* silence(signal: AbortSignal): AsyncGenerator<Any> {
  const { promise, resolve } = Promise.withResolvers<void>();
  signal.addEventListener('abort', () => resolve());
  if (!signal.aborted) await promise;
}

/** Ends with the stream; the call that pulls reports the result. */
async function readReports(
  received: AsyncIterator<Any>,
  onNews: (tally: PullTally) => void,
): Promise<void> {
  const tally = new PullTally();
  try {
    for (let next = await received.next(); !next.done; next = await received.next()) {
      if (tally.add(fromBinary(ProgressSchema, next.value.value))) onNews(tally);
    }
  } catch {
    // capsuled or containerd closed the stream; the result of the transfer reports both.
  }
}

/** A registry may have offered other processors only; containerd then records an empty image. */
async function describeResult(
  context: ImageContext,
  reference: string,
  signal?: AbortSignal,
): Promise<Image> {
  const record = await getRecord(context, reference, signal);
  const digest = record?.target?.digest;
  if (digest === undefined) {
    const detail = 'the image was removed while it was being pulled';
    throw runtimeError.FAILED({ action: `pull image ${reference}`, detail });
  }
  try {
    const { sizeBytes } = await context.reader.read(`image ${reference}`, digest, signal);
    return { name: reference, digest, sizeBytes, updatedAt: updatedAt(record?.updatedAt) };
  } catch (error) {
    signal?.throwIfAborted();
    await deleteRecord(context, reference);
    throw error;
  }
}
