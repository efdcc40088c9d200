import type { WorkloadSpec } from '../../../resource/workload/workload.ts';

/** Whether the flat form has words for all of a spec; else a document of `v1beta1` has. Pure. */
export function hasFlatForm(spec: WorkloadSpec): boolean {
  const { aliases = [], securityOpts = [], resources, hostBindPaths, tmpfs } = spec;
  if (aliases.length > 0 || securityOpts.length > 0 || resources.cpuShares !== undefined) {
    return false;
  }
  if (spec.restartBackoffSeconds !== undefined || spec.restartMaxRetries !== undefined)
    return false;
  return (
    !hostBindPaths.some(({ ensure }) => ensure === true) &&
    !tmpfs.some(({ options = [] }) => options.length > 0)
  );
}
