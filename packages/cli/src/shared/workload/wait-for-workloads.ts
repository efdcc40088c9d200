import type { CapsuleClient, ReportedWorkload, WorkloadWatchResponse } from '@capsule/api/wire';
import { isCapsuleError } from '@capsule/core';
import { cliError } from '../../errors.ts';
import type { Context } from '../../program/context/context.ts';
import type { ProgressView } from '../progress/progress-view.ts';
import { describeAmount } from '../render/amount.ts';
import { resumeStream } from '../stream/resume-stream.ts';
import { describeWait } from './describe-wait.ts';
import { type JudgeWorkload, judgeApplied } from './outcome.ts';
import { readWorkload } from './read-workload.ts';
import { WaitFailures } from './wait-failure.ts';
import { describeTimeouts } from './wait-timeout.ts';

export interface WaitRequest {
  readonly client: CapsuleClient;
  /** As the capsule answered the apply. */
  readonly applied: readonly ReportedWorkload[];
  readonly timeoutMs: number;
  readonly view: ProgressView;
  /** Default: as after an apply. */
  readonly judge?: JudgeWorkload;
  /** The condition in the error of a timeout. Default: `was not ready`. */
  readonly missed?: string;
}

/** How the wait for one workload ended. */
export interface WaitResult {
  readonly workload: ReportedWorkload;
  /**
   * `CLI_WORKLOAD_FAILED`, `CLI_WORKLOAD_ENDED`, `CLI_WORKLOAD_STOPPED`, `CLI_WORKLOAD_DELETED`, `CLI_ROLLED_BACK` or
   * `CLI_WAIT_TIMEOUT`.
   */
  readonly error?: unknown;
}

/**
 * Watches until every workload is ready or has failed; results are in the order of `applied`. A
 * restart of the capsule in the middle does no harm: the watch starts again with the state at that time.
 */
export async function waitForWorkloads(
  { client, applied, timeoutMs, view, judge = judgeApplied, missed = 'was not ready' }: WaitRequest,
  context: Context,
): Promise<readonly WaitResult[]> {
  const { program, signal, now } = context;
  const waiting = new Map(applied.map((workload) => [workload.spec.name, workload]));
  const latest = new Map(waiting);
  const failures = new WaitFailures(client, signal);
  const results = new Map<string, WaitResult>();
  const names = [...waiting.keys()];
  const timeout = AbortSignal.timeout(timeoutMs);
  const settle = (name: string, workload: ReportedWorkload, error?: unknown) => {
    waiting.delete(name);
    view.done(name);
    results.set(name, error === undefined ? { workload } : { workload, error });
  };
  const answers = resumeStream<WorkloadWatchResponse>(
    { open: (_last, attempt) => client.workload.watch({ names }, { signal: attempt }), now },
    AbortSignal.any([signal, timeout]),
  );
  try {
    if (waiting.size > 0) {
      for await (const { workload: wire, deleted } of answers) {
        if (wire === undefined) continue;
        const workload = readWorkload(wire, program);
        const { name } = workload.spec;
        const first = waiting.get(name);
        if (first === undefined) continue;
        latest.set(name, workload);
        if (deleted && workload.uid === first.uid) {
          settle(name, workload, cliError.WORKLOAD_DELETED({ name }));
        } else {
          await failures.note(workload, first);
          const outcome = judge(workload, first);
          if (outcome === 'ready') settle(name, workload);
          else if (outcome === 'waiting') await show(view, workload);
          else settle(name, workload, await failures.describe(workload));
        }
        if (waiting.size === 0) break;
      }
    }
  } catch (error) {
    signal.throwIfAborted();
    if (!timeout.aborted && !(isCapsuleError(error) && error.kind === 'timeout')) throw error;
    const late = [...waiting.keys()].flatMap((name) => latest.get(name) ?? []);
    for (const { workload, error } of await describeTimeouts(
      { client, late, timeoutMs, missed },
      context,
    )) {
      settle(workload.spec.name, workload, error);
    }
  }
  return names.flatMap((name) => results.get(name) ?? []);
}

async function show(view: ProgressView, workload: ReportedWorkload): Promise<void> {
  const { progress } = workload.status;
  const { name } = workload.spec;
  if (progress === undefined) await view.update(name, describeWait(workload));
  else await view.update(name, progress.stage, describeAmount(progress));
}
