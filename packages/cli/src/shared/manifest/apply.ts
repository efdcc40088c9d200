import type { Run } from '../../program/command.ts';
import type { Context } from '../../program/context/context.ts';
import { tellErrors } from '../../program/tell-errors.ts';
import { readTimeout } from '../argument/timeout.ts';
import { createProgressView } from '../progress/progress-view.ts';
import { registryDocument } from '../registry/document.ts';
import { renderDocuments } from '../render/documents.ts';
import { type Format, readFormat } from '../render/format.ts';
import { withCapsule } from '../target/with-capsule.ts';
import { volumeManifest } from '../volume/document.ts';
import { describePort } from '../workload/columns.ts';
import { workloadDocument } from '../workload/document.ts';
import { describeState, styleOfState } from '../workload/state.ts';
import { type WaitResult, waitForWorkloads } from '../workload/wait-for-workloads.ts';
import { type ApplyResult, applyManifests } from './apply-manifests.ts';
import { portWarnings } from './port-warnings.ts';
import { readManifests } from './read-manifests.ts';
import { tellChanges } from './tell-changes.ts';

const DEFAULT_TIMEOUT_MS = 10 * 60_000;

export const run: Run = async (input, context) => {
  const format = readFormat(input);
  const timeoutMs = readTimeout(input) ?? DEFAULT_TIMEOUT_MS;
  const manifests = await readManifests(input, context);
  const dryRun = input.isOn('dryRun');
  const isWaiting = !dryRun && (input.choice('wait') ?? context.out.isTerminal);
  const { declared, volumes, applied, waited, warnings } = await withCapsule(
    input,
    context,
    async (client) => {
      const results = await applyManifests(client, { manifests, dryRun }, context);
      const { registries: declared, volumes, workloads: applied } = results;
      if (!isWaiting) return { declared, volumes, applied, waited: [], warnings: [] };
      const view = createProgressView(context.err, context.now);
      const workloads = applied.flatMap((result) =>
        'workload' in result ? [result.workload] : [],
      );
      const request = { client, applied: workloads, timeoutMs, view };
      const waited = await waitForWorkloads(request, context).finally(() => view.clear());
      const warnings = await portWarnings(client, workloads, context);
      return { declared, volumes, applied, waited, warnings };
    },
  );
  const prior = [...declared, ...volumes];
  if (dryRun) {
    return tellChanges({ declared: prior, applied, format, isDiff: false }, input, context);
  }
  const outcomes = applied.map((result) => withWait(result, waited));
  if (format === 'json' || format === 'yaml') {
    const documents = [
      ...declared.flatMap((result) => ('change' in result ? [registryDocument(result.spec)] : [])),
      ...volumes.flatMap((result) => ('change' in result ? [volumeManifest(result.spec)] : [])),
      ...outcomes.flatMap(({ workload }) => (workload ? [workloadDocument(workload)] : [])),
    ];
    await context.out.write(await renderDocuments(format, documents));
  } else {
    await context.out.write(declaredLines(prior, format));
    const line = format === 'name' ? nameLine : outcomeLine;
    for (const outcome of outcomes) await context.out.write(line(outcome, isWaiting, context));
  }
  for (const warning of warnings) await context.err.write(`${warning}\n`);
  const errors = [...prior, ...outcomes].flatMap((one) =>
    'error' in one && one.error !== undefined ? [one.error] : [],
  );
  const exitCode = await tellErrors(errors, input, context);
  const isRefused = [...prior, ...applied].some((result) => 'error' in result);
  const isAnyDone = [...prior, ...applied].some((result) => 'change' in result);
  if (isRefused && !isAnyDone && manifests.length > 1) {
    await context.err.write('nothing was applied\n');
  }
  return exitCode;
};

function declaredLines(declared: Parameters<typeof tellChanges>[0]['declared'], format: Format) {
  return declared
    .flatMap((result) => ('change' in result ? [result] : []))
    .map(({ spec, change }) => (format === 'name' ? `${spec.name}\n` : `${spec.name} ${change}\n`))
    .join('');
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
