import type { CapsuleClient, ReportedWorkload, WorkloadWatchResponse } from '@capsule/api/wire';
import type { Context } from '../../program/context/context.ts';
import { LiveText } from '../render/live-text.ts';
import { resumeStream } from '../stream/resume-stream.ts';
import { readWorkload } from './read-workload.ts';

export interface WatchTable {
  readonly client: CapsuleClient;
  readonly labelSelector: string;
  readonly render: (workloads: readonly ReportedWorkload[]) => Promise<string>;
}

const REDRAW_MS = 100;

/**
 * Shows workloads and every change of them until the command is ended, across restarts of the capsule.
 * On a terminal the table is refreshed in its place; into a pipe each change is written behind the
 * last.
 */
export async function watchTable(
  { client, labelSelector, render }: WatchTable,
  context: Context,
): Promise<void> {
  const { program, out, now, signal } = context;
  const known = new Map<string, ReportedWorkload>();
  let isComplete = false;
  const screen = new LiveText(out);
  let drawnAt = 0;
  let timer: NodeJS.Timeout | undefined;
  const draw = async () => {
    clearTimeout(timer);
    timer = undefined;
    drawnAt = now();
    const all = [...known.values()].toSorted((a, b) => (a.spec.name < b.spec.name ? -1 : 1));
    await screen.draw(await render(all));
  };
  const answers = resumeStream<WorkloadWatchResponse>(
    {
      open: (_last, attempt) => {
        // After a gap the present state comes again, without those that are gone.
        known.clear();
        isComplete = false;
        return client.workload.watch({ labelSelector }, { signal: attempt });
      },
      now,
    },
    signal,
  );
  try {
    for await (const { workload: wire, deleted, synced } of answers) {
      const workload = wire && readWorkload(wire, program);
      if (synced) isComplete = true;
      if (workload !== undefined) note(workload, deleted);
      if (!isComplete) continue;
      if (!out.isTerminal) {
        const news = workload === undefined ? [...known.values()] : [workload];
        if (!deleted) await out.write(await render(news));
      } else if (now() - drawnAt >= REDRAW_MS) {
        await draw();
      } else {
        timer ??= setTimeout(() => void draw(), REDRAW_MS);
      }
    }
  } finally {
    clearTimeout(timer);
  }

  function note(workload: ReportedWorkload, isDeleted: boolean): void {
    if (isDeleted) known.delete(workload.spec.name);
    else known.set(workload.spec.name, workload);
  }
}
