import type { MessageInitShape } from '@bufbuild/protobuf';
import { type WorkloadWatchResponseSchema, workloadToProto } from '@capsule/api';
import type { Workload } from '@capsule/core';
import type { WorkloadServiceParts } from './workload-service.ts';

type Answer = MessageInitShape<typeof WorkloadWatchResponseSchema>;

/**
 * The present state, a mark, and then every change until `signal` aborts. States that follow each
 * other faster than the reader reads are merged; the last one is never lost.
 */
export async function* watchWorkloads(
  names: readonly string[],
  { specs, controller, feed }: WorkloadServiceParts,
  signal: AbortSignal,
): AsyncGenerator<Answer> {
  const changes = feed.changes(signal);
  const known = new Map<string, Workload>();
  const isAsked = (name: string) => names.length === 0 || names.includes(name);
  for (const record of specs.list()) {
    if (!isAsked(record.spec.name)) continue;
    const workload = controller.describe(record);
    known.set(record.spec.name, workload);
    yield { workload: workloadToProto(workload) };
  }
  yield { synced: true };
  for await (const changed of changes) {
    for (const name of changed) {
      if (isAsked(name)) yield* news(name);
    }
  }

  function* news(name: string): Generator<Answer> {
    const record = specs.get(name);
    const before = known.get(name);
    if (before !== undefined && before.uid !== record?.uid) {
      known.delete(name);
      yield { workload: workloadToProto(before), deleted: true };
    }
    if (record === undefined) return;
    const workload = controller.describe(record);
    known.set(name, workload);
    yield { workload: workloadToProto(workload) };
  }
}
