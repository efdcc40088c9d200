import type { MessageInitShape } from '@bufbuild/protobuf';
import {
  type ImagePullResponseSchema,
  type Image as WireImage,
  WorkloadStage,
} from '@capsule/api/wire';
import type { Image, ImageStore, PullProgress } from '@capsule/core';

type Answer = MessageInitShape<typeof ImagePullResponseSchema>;

const STAGES: Readonly<Record<PullProgress['stage'], WorkloadStage>> = {
  resolving: WorkloadStage.RESOLVING,
  pulling: WorkloadStage.PULLING,
  unpacking: WorkloadStage.UNPACKING,
};

/**
 * Pulls an image. Yields the latest progress when the reader is ready for more, and the image last.
 */
export async function* pullWithProgress(
  images: ImageStore,
  name: string,
  describe: (image: Image) => WireImage,
  signal: AbortSignal,
): AsyncGenerator<Answer> {
  let latest: PullProgress | undefined;
  let wake = Promise.withResolvers<void>();
  const note = (progress: PullProgress) => {
    latest = progress;
    wake.resolve();
  };
  const pull = images.pull(name, note, signal);
  let isOver = false;
  const end = () => {
    isOver = true;
    wake.resolve();
  };
  pull.then(end, end);
  while (!isOver) {
    await wake.promise;
    wake = Promise.withResolvers<void>();
    if (latest !== undefined) yield progressToProto(latest);
    latest = undefined;
  }
  yield { image: describe(await pull) };
}

function progressToProto({ stage, doneBytes, totalBytes, parts = [] }: PullProgress): Answer {
  return {
    stage: STAGES[stage],
    doneBytes: BigInt(doneBytes),
    totalBytes: BigInt(totalBytes),
    parts: parts.map((part) => ({
      name: part.name,
      doneBytes: BigInt(part.doneBytes),
      totalBytes: BigInt(part.totalBytes),
    })),
  };
}
