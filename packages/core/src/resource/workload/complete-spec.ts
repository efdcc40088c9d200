import { MICRO_VM_DEFAULTS, type MicroVmSettings } from '../cell/micro-vm.ts';
import type { WorkloadSpec } from './workload.ts';

/** Defaults of a spec. */
export const SPEC_DEFAULTS: Omit<WorkloadSpec, 'name' | 'image'> = {
  kind: 'container',
  command: [],
  args: [],
  env: {},
  networkMode: 'bridge',
  ports: [],
  hostname: '',
  user: '',
  workingDir: '',
  restartPolicy: 'always',
  minReadySeconds: 1,
  resources: {},
  stopSignal: '',
  stopGraceSeconds: 10,
  labels: {},
  tmpfs: [],
  readOnlyRootFilesystem: false,
  capabilities: { add: [], drop: [] },
  privileged: false,
  hostPid: false,
  hostIpc: false,
  hostBindPaths: [],
  ulimits: [],
  sysctls: {},
  extraHosts: [],
  dns: { nameservers: [], searches: [], options: [] },
  dependsOn: [],
  mounts: [],
  imagePullPolicy: 'ifNotPresent',
  updatePolicy: 'replace',
  updateTimeoutSeconds: 120,
};

/** A spec that leaves out what is as usual. */
export type PartialSpec = Partial<Omit<WorkloadSpec, 'microVm'>> &
  Pick<WorkloadSpec, 'name' | 'image'> & { readonly microVm?: Partial<MicroVmSettings> };

/** Fills in the defaults: also for specs that were stored before a field existed. Pure. */
export function completeSpec({ microVm, ...spec }: PartialSpec): WorkloadSpec {
  const whole = { ...SPEC_DEFAULTS, ...spec };
  if (whole.kind !== 'microVm') return whole;
  return { ...whole, microVm: { ...MICRO_VM_DEFAULTS, ...microVm } };
}
