import type { ReportedWorkload } from '@capsule/api/wire';
import type { Run } from '../../program/command.ts';
import { printErrors } from '../../program/print-errors.ts';
import { printLines } from '../../program/print-lines.ts';
import { readTimeout } from '../argument/timeout.ts';
import { createProgressView } from '../progress/progress-view.ts';
import { renderDocuments } from '../render/documents.ts';
import { isData, readFormat } from '../render/format.ts';
import { withCapsule } from '../target/with-capsule.ts';
import { chosenNames } from './chosen-names.ts';
import { workloadDocument } from './document.ts';
import { type JudgeWorkload, judgeEnded, judgeReady, judgeStopped } from './outcome.ts';
import { readWorkload } from './read-workload.ts';
import { describeState } from './state.ts';
import { waitForWorkloads } from './wait-for-workloads.ts';

const DEFAULT_TIMEOUT_MS = 10 * 60_000;
export const CONDITIONS = ['ready', 'stopped', 'exit'] as const;
const JUDGES: Readonly<Record<(typeof CONDITIONS)[number], JudgeWorkload>> = {
  ready: judgeReady,
  stopped: judgeStopped,
  exit: judgeEnded,
};

const MISSED: Readonly<Record<(typeof CONDITIONS)[number], string>> = {
  ready: 'was not ready',
  stopped: 'was not stopped',
  exit: 'did not end',
};

/** Exit code 1 for a program that ended with another code than 0. */
export const run: Run = async (input, context) => {
  const format = readFormat(input);
  const text = input.text('for') ?? 'ready';
  const condition = CONDITIONS.find((known) => known === text);
  if (condition === undefined) throw input.refuse(`--for takes ${CONDITIONS.join(', ')}`);
  const timeoutMs = readTimeout(input) ?? DEFAULT_TIMEOUT_MS;
  const view = createProgressView(context.err, context.now);
  const waited = await withCapsule(input, context, async (client) => {
    const names = await chosenNames(input, client, context);
    const applied = await Promise.all(
      names.map(async (name) =>
        readWorkload(
          await client.workload.get({ name }, { signal: context.signal }),
          context.program,
        ),
      ),
    );
    const [judge, missed] = [JUDGES[condition], MISSED[condition]];
    const request = { client, applied, timeoutMs, view, judge, missed };
    return waitForWorkloads(request, context).finally(() => view.clear());
  });
  const met = waited.flatMap(({ workload, error }) => (error === undefined ? [workload] : []));
  if (isData(format)) {
    await context.out.write(await renderDocuments(format, met.map(workloadDocument)));
  } else {
    const line = (workload: ReportedWorkload) =>
      format.kind === 'name' ? `${workload.spec.name}\n` : describe(workload, condition);
    await printLines(context.out, met.map(line).join(''));
  }
  const failed = await printErrors(
    waited.flatMap(({ error }) => error ?? []),
    input,
    context,
  );
  if (failed !== undefined || condition !== 'exit') return failed;
  return met.some(({ status }) => status.exitCode !== 0) ? 1 : undefined;
};

function describe(workload: ReportedWorkload, condition: (typeof CONDITIONS)[number]): string {
  const { name } = workload.spec;
  if (condition !== 'exit') return `${name} is ${describeState(workload).toLowerCase()}\n`;
  return `${name} ended with exit code ${workload.status.exitCode}\n`;
}
