import type { CellSpec } from '../cell/cell.ts';
import type { CellContainer } from '../cell/container.ts';
import { DEFAULT_CAPABILITIES } from '../cell/default-capabilities.ts';
import { readSecurityOpts } from '../cell/security-opt.ts';

/** The part of a workload that decides whether it reaches the host. */
export type RightsSpec = Pick<CellSpec, 'kind' | 'networkMode' | 'microVm'> &
  Pick<
    CellContainer,
    | 'privileged'
    | 'hostPid'
    | 'hostIpc'
    | 'hostBindPaths'
    | 'capabilities'
    | 'devices'
    | 'securityOpts'
  >;

/**
 * Returns the fields of a workload that need the right of host access; none for a workload that stays within its
 * own walls. A privileged microVM stays within its machine. Pure.
 */
export function rightsNeeded(spec: RightsSpec): readonly string[] {
  const found = spec.kind === 'microVm' ? microVmFields(spec) : containerFields(spec);
  return Object.entries(found).flatMap(([field, isNeeded]) => (isNeeded ? [field] : []));
}

function microVmFields({ microVm, hostBindPaths }: RightsSpec): Readonly<Record<string, boolean>> {
  return {
    kernelPath: (microVm?.kernelPath ?? '') !== '',
    rootfsPath: (microVm?.rootfsPath ?? '') !== '',
    hostBindPaths: hostBindPaths.length > 0,
  };
}

function containerFields(spec: RightsSpec): Readonly<Record<string, boolean>> {
  const { privileged, hostPid, hostIpc, networkMode, hostBindPaths, capabilities } = spec;
  return {
    privileged,
    hostPid,
    hostIpc,
    networkMode: networkMode === 'host',
    hostBindPaths: hostBindPaths.length > 0,
    capabilities: capabilities.add.some((name) => !DEFAULT_CAPABILITIES.includes(name)),
    devices: (spec.devices ?? []).length > 0,
    securityOpts: readSecurityOpts(spec.securityOpts ?? []).seccomp === 'unconfined',
  };
}
