import type { WorkloadSpec } from '@capsule/core';
import { MANIFEST_MAX_BYTES, parseManifestFiles } from '@capsule/core/manifest';
import { type ApplyResult, applyWorkloads } from '../apply/apply-workloads.ts';
import { readManifestFiles } from '../apply/read-manifest-files.ts';
import { tellChanges } from '../apply/tell-changes.ts';
import { type WaitResult, waitForWorkloads } from '../apply/wait-for-workloads.ts';
import type { Run } from '../command/command.ts';
import type { Input } from '../command/input.ts';
import { readTimeout } from '../command/timeout.ts';
import type { Context } from '../context/context.ts';
import { tellErrors } from '../program/tell-errors.ts';
import { createProgressView } from '../progress/progress-view.ts';
import { renderDocuments } from '../render/documents.ts';
import { readFormat } from '../render/format.ts';
import { describePort } from '../render/workload-columns.ts';
import { workloadDocument } from '../render/workload-document.ts';
import { describeState, styleOfState } from '../render/workload-state.ts';
import { withCapsule } from '../target/with-capsule.ts';

const DEFAULT_TIMEOUT_MS = 10 * 60_000;

export const run: Run = async (input, context) => {
  const format = readFormat(input);
  const timeoutMs = readTimeout(input) ?? DEFAULT_TIMEOUT_MS;
  const specs = await readSpecs(input, context);
  const dryRun = input.isOn('dryRun');
  const isWaiting = !dryRun && (input.choice('wait') ?? context.out.isTerminal);
  const { applied, waited } = await withCapsule(input, context, async (client) => {
    const applied = await applyWorkloads(client, { specs, dryRun }, context);
    if (!isWaiting) return { applied, waited: [] };
    const view = createProgressView(context.err, context.now);
    const workloads = applied.flatMap((result) => ('workload' in result ? [result.workload] : []));
    const request = { client, applied: workloads, timeoutMs, view };
    const waited = await waitForWorkloads(request, context).finally(() => view.clear());
    return { applied, waited };
  });
  if (dryRun) return tellChanges({ applied, format, isDiff: false }, input, context);
  const outcomes = applied.map((result) => withWait(result, waited));
  if (format === 'json' || format === 'yaml') {
    const documents = outcomes.flatMap(({ workload }) =>
      workload ? [workloadDocument(workload)] : [],
    );
    await context.out.write(await renderDocuments(format, documents));
  } else {
    const line = format === 'name' ? nameLine : outcomeLine;
    for (const outcome of outcomes) await context.out.write(line(outcome, isWaiting, context));
  }
  const errors = outcomes.flatMap(({ error }) => (error === undefined ? [] : [error]));
  return tellErrors(errors, input, context);
};

export async function readSpecs(input: Input, context: Context): Promise<readonly WorkloadSpec[]> {
  const paths = input.texts('file');
  if (paths.length === 0)
    throw input.refuse('-f FILE is missing', 'name a file, a folder, or - with -f');
  const sources = await readManifestFiles(paths, context.stdin, MANIFEST_MAX_BYTES);
  return parseManifestFiles(sources).map(({ spec }) => spec);
}

interface Outcome {
  readonly name: string;
  readonly change?: string;
  readonly workload?: WaitResult['workload'];
  readonly error?: unknown;
}

function withWait(result: ApplyResult, waited: readonly WaitResult[]): Outcome {
  const { name } = result.spec;
  if ('error' in result) return { name, error: result.error };
  const after = waited.find(({ workload }) => workload.spec.name === name);
  return {
    name,
    change: result.change,
    workload: after?.workload ?? result.workload,
    error: after?.error,
  };
}

function nameLine({ name, workload }: Outcome): string {
  return workload ? `${name}\n` : '';
}

/** `web created, running at 172.20.254.2, 8080->80/tcp`; what was refused is told as an error. */
function outcomeLine(
  { name, change, workload }: Outcome,
  isWaiting: boolean,
  { out }: Context,
): string {
  if (workload === undefined) return '';
  if (!isWaiting) return `${name} ${change}\n`;
  const style = styleOfState(workload);
  const described = describeState(workload);
  const text = `${described.charAt(0).toLowerCase()}${described.slice(1)}`;
  const state = style === undefined ? text : out.style(style, text);
  const { address, phase } = workload.status;
  const place = phase === 'running' && address ? ` at ${address}` : '';
  const ports = phase === 'running' ? workload.spec.ports.map(describePort) : [];
  return `${[`${name} ${change}`, `${state}${place}`, ...ports].join(', ')}\n`;
}
