import type { MessageInitShape } from '@bufbuild/protobuf';
import {
  type WorkloadWatchRequest,
  type WorkloadWatchResponseSchema,
  workloadToProto,
} from '@capsule/api/wire';
import {
  cellFromKey,
  matchesLabels,
  nameOfCell,
  type Workload,
  type WorkloadRecord,
} from '@capsule/core';
import type { Feed } from '@capsule/engine';
import type { WorkloadSpecs } from '../../store/workload-specs.ts';
import type { WorkloadController } from '../../workload/controller.ts';
import { readSelector } from './read-selector.ts';

export interface WorkloadWatchParts {
  readonly specs: Pick<WorkloadSpecs, 'get' | 'list'>;
  readonly controller: Pick<WorkloadController, 'describe'>;
  readonly feed: Pick<Feed, 'changes'>;
}

type Answer = MessageInitShape<typeof WorkloadWatchResponseSchema>;

/**
 * Yields the present state, a mark, and then every change until `signal` aborts. Merges states that
 * come faster than the reader reads, and never loses the last one.
 */
export async function* watchWorkloads(
  { names, labelSelector }: Pick<WorkloadWatchRequest, 'names' | 'labelSelector'>,
  { specs, controller, feed }: WorkloadWatchParts,
  signal: AbortSignal,
): AsyncGenerator<Answer> {
  const selector = readSelector(labelSelector);
  const changes = feed.changes(signal);
  const known = new Map<string, Workload>();
  const isNamed = (name: string) => names.length === 0 || names.includes(name);
  const isAsked = ({ spec }: WorkloadRecord) =>
    isNamed(spec.name) && matchesLabels(selector, spec.labels);
  for (const record of specs.list()) {
    if (!isAsked(record)) continue;
    const workload = controller.describe(record);
    known.set(record.spec.name, workload);
    yield { workload: workloadToProto(workload) };
  }
  yield { synced: true };
  for await (const changed of changes) {
    for (const key of changed) {
      const name = nameOfCell(cellFromKey(key));
      if (isNamed(name)) yield* news(name);
    }
  }

  function* news(name: string): Generator<Answer> {
    const record = specs.get(name);
    const before = known.get(name);
    const isShown = record !== undefined && isAsked(record);
    if (before !== undefined && (before.uid !== record?.uid || !isShown)) {
      known.delete(name);
      yield { workload: workloadToProto(before), deleted: true };
    }
    if (!isShown) return;
    const workload = controller.describe(record);
    known.set(name, workload);
    yield { workload: workloadToProto(workload) };
  }
}
