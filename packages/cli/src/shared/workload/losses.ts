import type { CapsuleClient, ReportedWorkload } from '@capsule/api/wire';
import type { Context } from '../../program/context/context.ts';
import { theNoun } from '../render/the-noun.ts';
import { describeSource, KIND_NOUNS } from './kind.ts';
import { readWorkload } from './read-workload.ts';

/** A line for each of these workloads that exists: its own loss, and its dependents. */
export async function workloadLosses(
  client: CapsuleClient,
  names: readonly string[],
  { program, signal }: Context,
): Promise<readonly string[]> {
  const { workloads } = await client.workload.list({}, { signal });
  const all = workloads.map((wire) => readWorkload(wire, program));
  return all
    .filter(({ spec }) => names.includes(spec.name))
    .map((workload) => workloadLoss(workload, all, names));
}

function workloadLoss(
  { spec, status }: ReportedWorkload,
  all: readonly ReportedWorkload[],
  names: readonly string[],
): string {
  const volumes = [...new Set(spec.mounts.map(({ volumeName }) => volumeName))];
  const kept =
    volumes.length === 0
      ? 'with all files that it wrote'
      : `with all files that it wrote outside of ${theNoun(volumes.length, 'volume')} ${volumes.join(', ')}`;
  const needed = all
    .filter((other) => other.spec.dependsOn.includes(spec.name) && !names.includes(other.spec.name))
    .map((other) => other.spec.name);
  const what = `${spec.name}: ${status.phase} ${KIND_NOUNS[spec.kind]} of ${describeSource(spec)}, ${kept}`;
  return needed.length === 0
    ? what
    : `${what}; ${needed.join(', ')} ${needed.length === 1 ? 'depends' : 'depend'} on it`;
}
