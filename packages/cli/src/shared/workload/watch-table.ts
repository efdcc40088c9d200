import type { CapsuleClient, ReportedWorkload, WorkloadWatchResponse } from '@capsule/api/wire';
import type { Context } from '../../program/context/context.ts';
import { watchRows } from '../stream/watch-rows.ts';
import { readWorkload } from './read-workload.ts';

export interface WatchTable {
  readonly client: CapsuleClient;
  readonly labelSelector: string;
  readonly render: (workloads: readonly ReportedWorkload[]) => Promise<string>;
}

/** Shows workloads and every change of them until the command is ended. */
export async function watchTable(
  { client, labelSelector, render }: WatchTable,
  context: Context,
): Promise<void> {
  await watchRows<WorkloadWatchResponse, ReportedWorkload>(
    {
      open: (signal) => client.workload.watch({ labelSelector }, { signal }),
      rowOf: ({ workload }) => workload && readWorkload(workload, context.program),
      keyOf: ({ spec }) => spec.name,
      render,
    },
    context,
  );
}
