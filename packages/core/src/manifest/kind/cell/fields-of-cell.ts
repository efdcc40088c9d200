import type { CellSpec } from '../../../resource/cell/cell.ts';
import { SPEC_DEFAULTS } from '../../../resource/workload/complete-spec.ts';
import type { WorkloadSpec } from '../../../resource/workload/workload.ts';
import { differences } from '../differences.ts';
import type { CELL_CONTAINER_FIELDS } from './read-container.ts';

/**
 * All containers of a cell share their IPC namespace and memory, and the settings of that and of the network; only a root may see
 * the processes of the capsule.
 */
type OfRoot = 'hostPid' | 'hostIpc' | 'shmSize' | 'sysctls';
type Shared = Exclude<keyof CellSpec, 'kind' | 'microVm' | 'labels'> | OfRoot;

/** The field of a manifest that sets each; the compiler asks for all. */
const FIELDS: Readonly<Record<Shared, (typeof CELL_CONTAINER_FIELDS)[number]>> = {
  networkMode: 'hostNetwork',
  hostPid: 'hostPID',
  hostIpc: 'hostIPC',
  shmSize: 'shmSize',
  sysctls: 'sysctls',
  hostname: 'hostname',
  extraHosts: 'extraHosts',
  dns: 'dns',
  dependsOn: 'dependsOn',
  updatePolicy: 'updatePolicy',
  updateTimeoutSeconds: 'updateTimeoutSeconds',
};

/** The fields that a container sets and that only the root of a cell may set, as manifests name them. Pure. */
export function fieldsOfCell(spec: WorkloadSpec): readonly string[] {
  return (Object.keys(FIELDS) as readonly Shared[])
    .filter((field) => differences(field, SPEC_DEFAULTS[field], spec[field]).length > 0)
    .map((field) => FIELDS[field]);
}
