import { ImageService, VolumeService, WorkloadService } from '@capsule/api/wire';
import type { Interceptor } from '@connectrpc/connect';

/** Begins a hold. Disposal of the result ends it. */
export type Hold = () => Disposable;

/** Calls that transfer files and end by themselves. An exec call may stay open for days. */
const BULK: ReadonlySet<unknown> = new Set([
  WorkloadService.method.copyTo,
  WorkloadService.method.copyFrom,
  ImageService.method.push,
  ImageService.method.save,
  VolumeService.method.export,
  VolumeService.method.import,
]);

/** Holds a resource while a bulk transfer is in progress. */
export function bulkEdge(hold: Hold): Interceptor {
  return (next) => async (request) => {
    if (!BULK.has(request.method)) return next(request);
    const held = hold();
    try {
      const response = await next(request);
      if (!response.stream) {
        held[Symbol.dispose]();
        return response;
      }
      return { ...response, message: holding(response.message, held) };
    } catch (error) {
      held[Symbol.dispose]();
      throw error;
    }
  };
}

async function* holding<T>(messages: AsyncIterable<T>, held: Disposable): AsyncGenerator<T> {
  using _held = held;
  yield* messages;
}
