import { type Event, EventSeverity, type ReportedWorkload } from '@capsule/api/wire';
import { action, isReady, type Remedy, remedy } from '@capsule/core';
import { capitalised } from '../../program/capitalised.ts';
import type { ProgramManual } from '../../program/manual.ts';
import { renderRemedy } from '../../program/render-remedy.ts';
import { formatAge } from '../render/age.ts';
import { describeAmount } from '../render/amount.ts';
import { describePort } from './columns.ts';
import { describeSource, KIND_NOUNS } from './kind.ts';

/**
 * Describes a workload as a colleague would: what it is, its state, what
 * happened last, what the capsule does next, and what a person can do. A paragraph each. Pure.
 */
export function workloadStory(
  workload: ReportedWorkload,
  events: readonly Event[],
  { now, program }: { readonly now: number; readonly program: ProgramManual },
): readonly string[] {
  return [
    introduction(workload, now),
    stateParagraph(workload, now),
    troubleParagraph(events, now),
    renderRemedy(adviceFor(workload), program),
  ].filter((paragraph) => paragraph !== '');
}

function introduction({ spec, createdAt, status }: ReportedWorkload, now: number): string {
  const place =
    spec.networkMode === 'host'
      ? "on the capsule's own network"
      : `with the address ${status.address ?? '(none yet)'}`;
  const ports =
    spec.ports.length === 0 ? '' : `, published as ${spec.ports.map(describePort).join(', ')}`;
  return `${spec.name} is a ${KIND_NOUNS[spec.kind]} of ${describeSource(spec)} ${place}${ports}. It was created ${formatAge(createdAt, now)} ago.`;
}

function stateParagraph(workload: ReportedWorkload, now: number): string {
  const { status, desired, spec, generation } = workload;
  if (desired === 'deleting') return 'It is being deleted.';
  if (status.rolledBack !== undefined) {
    const { from, why } = status.rolledBack;
    const back =
      status.observedGeneration < generation
        ? 'the capsule is restoring'
        : 'the capsule has restored';
    return `Generation ${from} was not ready in time (${why}), so ${back} the last good generation. ${phaseSentences(workload, now)}`;
  }
  const starts =
    status.restartCount === 0 ? '' : ` It has restarted ${times(status.restartCount)}.`;
  const policy = spec.restartPolicy === 'onFailure' ? 'on-failure' : spec.restartPolicy;
  const isOver = status.reason === 'Completed' || status.reason === 'Failed';
  return `${phaseSentences(workload, now)}${starts}${isOver ? ` Its restart policy is ${policy}.` : ''}`;
}

function phaseSentences({ spec, status }: ReportedWorkload, now: number): string {
  const { progress, startedAt, finishedAt, nextRetryAt } = status;
  if (progress !== undefined) {
    return `It is ${progress.stage} now${describeAmount(progress) && ` (${describeAmount(progress)})`}.`;
  }
  const since = startedAt === undefined ? '' : ` for ${formatAge(startedAt, now)}`;
  const ended = finishedAt === undefined ? '' : `, ${formatAge(finishedAt, now)} ago`;
  const next =
    nextRetryAt === undefined ? '' : ` The next try is in ${formatAge(now, nextRetryAt)}.`;
  switch (status.phase) {
    case 'running':
      if (status.settling === true) {
        return `It has been running${since}, and becomes ready after it has run for ${spec.minReadySeconds} s.`;
      }
      return isReady(status)
        ? `It has been running${since}${status.health === undefined ? '' : ', and its health check passes'}.${next}`
        : `It has been running${since}, but it is not ready: ${status.message}.${next}`;
    case 'failed':
      return `It failed: ${endedAgo(status.message, ended)}.${next}`;
    case 'stopped':
      return `It is not running: ${endedAgo(status.message, ended)}.`;
    case 'pending':
      return `It is not running yet: ${status.message}.${next}`;
  }
}

/** The moment belongs to the end of the run, which comes before the plan for the next one. */
function endedAgo(message: string, ago: string): string {
  const [end = '', ...plans] = message.split('; ');
  return [`${end}${ago}`, ...plans].join('; ');
}

/** The last thing that went wrong, if it is not the state itself. */
function troubleParagraph(events: readonly Event[], now: number): string {
  // A pause says only that something ended; the end itself says how.
  const last = events.findLast(
    ({ severity, reason }) => severity === EventSeverity.WARNING && reason !== 'BackOff',
  );
  if (last === undefined) return '';
  return `The last warning was ${formatAge(Number(last.atUnixMs), now)} ago: ${last.message}.`;
}

function adviceFor({ spec, desired, status }: ReportedWorkload): Remedy {
  const { name } = spec;
  if (desired === 'deleting') return remedy``;
  if (desired === 'stopped') return remedy`${action('workload.start', { name })} starts it.`;
  if (status.oomKilled === true && status.phase !== 'running') {
    return spec.kind === 'microVm'
      ? remedy`It ran out of memory: give it a larger memoryMib.`
      : remedy`It needed more memory than resources.memory allows: raise the limit, or remove it.`;
  }
  if (status.hint !== undefined) return { ...status.hint, text: asSentence(status.hint.text) };
  if (status.reason === 'WaitingForDependency') {
    return remedy`${action('workload.list')} shows the other workloads.`;
  }
  if (status.reason === 'Completed') {
    return remedy`${action('workload.start', { name })} starts it again.`;
  }
  if (status.phase === 'failed' || status.health === 'unhealthy') {
    return remedy`${action('workload.logs', { name, tail: '50' })} shows its output.`;
  }
  return remedy``;
}

function times(count: number): string {
  return count === 1 ? 'once' : `${count} times`;
}

/** `check the name; …` as a sentence of its own. A command at its start stays as it is typed. */
function asSentence(text: string): string {
  return `${text.startsWith('`') ? text : capitalised(text)}.`;
}
