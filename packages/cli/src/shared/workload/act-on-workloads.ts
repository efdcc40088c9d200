import type { CapsuleClient, ReportedWorkload, Workload } from '@capsule/api/wire';
import type { Run } from '../../program/command.ts';
import type { Context } from '../../program/context/context.ts';
import type { Input } from '../../program/input.ts';
import { printErrors } from '../../program/print-errors.ts';
import { printLines } from '../../program/print-lines.ts';
import { readTimeout } from '../argument/timeout.ts';
import { createProgressView } from '../progress/progress-view.ts';
import { renderDocuments } from '../render/documents.ts';
import { isData, readFormat } from '../render/format.ts';
import { retryWhileAway } from '../stream/retry-while-away.ts';
import { withCapsule } from '../target/with-capsule.ts';
import { chosenNames } from './chosen-names.ts';
import { workloadDocument } from './document.ts';
import { judgeStarted } from './outcome.ts';
import { readWorkload } from './read-workload.ts';
import { describeState, styleOfState } from './state.ts';
import { waitForWorkloads } from './wait-for-workloads.ts';

const DEFAULT_TIMEOUT_MS = 5 * 60_000;

export interface StartLike {
  /** `started`, `restarted` */
  readonly done: string;
  readonly ask: (
    client: CapsuleClient,
    name: string,
    input: Input,
    signal: AbortSignal,
  ) => Promise<{ readonly workload?: Workload | undefined; readonly changed: boolean }>;
}

interface Result {
  readonly name: string;
  readonly changed?: boolean;
  readonly workload?: ReportedWorkload;
  readonly error?: unknown;
}

/** Asks for a run of workloads and waits until it is ready: the same for start and restart. */
export function startWorkloads({ done, ask }: StartLike): Run {
  return async (input, context) => {
    const format = readFormat(input);
    const timeoutMs = readTimeout(input) ?? DEFAULT_TIMEOUT_MS;
    const isWaiting = input.choice('wait') ?? true;
    const view = createProgressView(context.err, context.now);
    const results = await withCapsule(input, context, async (client) => {
      const names = await chosenNames(input, client, context);
      const asked = await Promise.all(names.map((name) => askOne(client, name)));
      if (!isWaiting) return asked;
      const applied = asked.flatMap(({ workload }) => workload ?? []);
      const request = { client, applied, timeoutMs, view, judge: judgeStarted };
      const waited = await waitForWorkloads(request, context).finally(() => view.clear());
      return asked.map((result) => {
        const after = waited.find(({ workload }) => workload.spec.name === result.name);
        return after === undefined ? result : { ...result, ...after };
      });
    });
    if (isData(format)) {
      const documents = results.flatMap(({ workload }) =>
        workload ? [workloadDocument(workload)] : [],
      );
      await context.out.write(await renderDocuments(format, documents));
    } else {
      const isShort = format.kind === 'name';
      for (const result of results) {
        await printLines(context.out, lineOf(result, isShort, context));
      }
    }
    return printErrors(
      results.flatMap(({ error }) => error ?? []),
      input,
      context,
    );

    async function askOne(client: CapsuleClient, name: string): Promise<Result> {
      try {
        const answer = await retryWhileAway(
          () => ask(client, name, input, context.signal),
          context,
        );
        const { workload, changed } = answer;
        return {
          name,
          changed,
          ...(workload && { workload: readWorkload(workload, context.program) }),
        };
      } catch (error) {
        context.signal.throwIfAborted();
        return { name, error };
      }
    }
  };

  function lineOf({ name, changed, workload }: Result, isShort: boolean, { out }: Context): string {
    // Another command has stopped or deleted it meanwhile: that is an error of its own.
    if (workload?.desired !== 'running') return '';
    if (isShort) return `${name}\n`;
    const isDone = changed === true && workload.status.reason === 'Completed';
    if (isDone) return `${name} ${done} and finished\n`;
    const style = styleOfState(workload);
    const state = describeState(workload);
    const shown = style === undefined ? state : out.style(style, state);
    return `${name} ${changed === true ? done : 'was already starting'}: ${shown}\n`;
  }
}
