import type { ReportedWorkload } from '@capsule/api/wire';
import { isPrebuilt, KIND_WORDS, type MicroVmSettings } from '@capsule/core';
import { formatAge } from '../render/age.ts';
import { formatBytes } from '../render/bytes.ts';
import type { Detail } from '../render/details.ts';
import { describePort } from './columns.ts';
import { describeState } from './state.ts';

/** Everything that is known about one workload, for a person. */
export function workloadDetails(workload: ReportedWorkload, now: number): readonly Detail[] {
  const { spec, status } = workload;
  return [
    ['Name', spec.name],
    ['Kind', KIND_WORDS[spec.kind]],
    ['Status', describeState(workload)],
    ['Message', status.message],
    ['Next try', status.nextRetryAt && `in ${formatAge(now, status.nextRetryAt)}`],
    ['Exit code', status.exitCode?.toString()],
    ['Restarts', String(status.restartCount)],
    ['Image', spec.image || undefined],
    ['Digest', status.imageDigest],
    ...(spec.microVm === undefined ? [] : machineDetails(spec.microVm)),
    ['Command', words(spec.command)],
    ['Args', words(spec.args)],
    ['Env', Object.entries(spec.env).map(([name, value]) => `${name}=${value}`)],
    ['Network', spec.networkMode],
    ['Address', status.address],
    ['Ports', spec.ports.map(describePort)],
    ['Process', status.pid?.toString()],
    ['Container', status.containerId],
    ['Started', when(status.startedAt, now)],
    ['Ended', when(status.finishedAt, now)],
    ['Created', when(workload.createdAt, now)],
    ['Generation', String(workload.generation)],
  ].filter(
    (detail): detail is [string, string | string[]] => detail[1] !== undefined && detail[1] !== 0,
  );
}

function machineDetails(
  settings: MicroVmSettings,
): readonly (readonly [string, string | undefined])[] {
  const isPair = isPrebuilt(settings);
  return [
    ['Kernel', settings.kernelPath || undefined],
    ['Root', isPair ? settings.rootfsPath : `${formatBytes(settings.rootfsSizeBytes)} at most`],
    ['Processors', String(settings.vcpus)],
    ['Memory', `${settings.memoryMib} MiB`],
    ['Backend', settings.backend],
    ['Cmdline', settings.kernelCmdlineExtra || undefined],
  ];
}

function when(ms: number | undefined, now: number): string | undefined {
  return ms === undefined ? undefined : `${new Date(ms).toISOString()} (${formatAge(ms, now)} ago)`;
}

function words(list: readonly string[]): string | undefined {
  return list.length === 0 ? undefined : JSON.stringify(list);
}
