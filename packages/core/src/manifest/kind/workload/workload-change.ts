import { MICRO_VM_DEFAULTS } from '../../../resource/cell/micro-vm.ts';
import { SPEC_DEFAULTS } from '../../../resource/workload/complete-spec.ts';
import type { WorkloadSpec } from '../../../resource/workload/workload.ts';
import { differences } from '../differences.ts';
import type { FieldChange } from '../field-change.ts';
import { hasSameMeaning } from '../has-same-meaning.ts';

/**
 * The effect of a change of each field. In place: the workload keeps running. The compiler checks that
 * the table has every field.
 */
const EFFECTS: Readonly<Record<Exclude<keyof WorkloadSpec, 'name'>, 'inPlace' | 'recreates'>> = {
  kind: 'recreates',
  microVm: 'recreates',
  image: 'recreates',
  command: 'recreates',
  args: 'recreates',
  env: 'recreates',
  networkMode: 'recreates',
  ports: 'inPlace',
  aliases: 'inPlace',
  hostname: 'recreates',
  user: 'recreates',
  groupAdd: 'recreates',
  workingDir: 'recreates',
  restartPolicy: 'inPlace',
  restartBackoffSeconds: 'inPlace',
  restartMaxRetries: 'inPlace',
  resources: 'inPlace',
  healthCheck: 'inPlace',
  minReadySeconds: 'inPlace',
  stopSignal: 'inPlace',
  stopGraceSeconds: 'inPlace',
  labels: 'inPlace',
  tmpfs: 'recreates',
  readOnlyRootFilesystem: 'recreates',
  capabilities: 'recreates',
  devices: 'recreates',
  privileged: 'recreates',
  hostPid: 'recreates',
  hostIpc: 'recreates',
  hostBindPaths: 'recreates',
  ulimits: 'recreates',
  shmSize: 'inPlace',
  sysctls: 'recreates',
  securityOpts: 'recreates',
  extraHosts: 'recreates',
  dns: 'recreates',
  dependsOn: 'inPlace',
  mounts: 'recreates',
  imagePullPolicy: 'inPlace',
  updatePolicy: 'inPlace',
  updateTimeoutSeconds: 'inPlace',
};

type Field = keyof typeof EFFECTS;

/** Whether a change of this field needs a new container. Pure. */
export const recreates = (field: Field): boolean => EFFECTS[field] === 'recreates';

const FIELDS = Object.keys(EFFECTS) as readonly Field[];

/**
 * Every field that differs, in the order of a manifest. For a new workload, every field that is not
 * as its default. Pure.
 */
export function describeWorkloadChange(
  before: WorkloadSpec | undefined,
  after: WorkloadSpec,
): readonly FieldChange[] {
  return FIELDS.flatMap((field) => {
    const old = before === undefined ? defaultOf(field) : fieldOf(field, before);
    const next = fieldOf(field, after);
    if (hasSameMeaning(field, old, next)) return [];
    return differences(pathOf(field, after), old, next).map((leaf) => ({
      ...leaf,
      recreates: recreates(field),
    }));
  });
}

/** Fields that a microVM does not have keep their container path when a change of kind removes them. */
const CONTAINER_ONLY: readonly Field[] = ['networkMode', 'hostPid', 'hostIpc', 'hostBindPaths'];

function pathOf(field: Field, { kind }: WorkloadSpec): string {
  if (field === 'kind' || field === 'microVm') return field;
  return CONTAINER_ONLY.includes(field) ? `container.${field}` : `${kind}.${field}`;
}

/** A change of kind is one change: what only one of them has is compared with its defaults. */
function fieldOf(field: Field, spec: WorkloadSpec): unknown {
  if (field === 'microVm') return spec.microVm ?? MICRO_VM_DEFAULTS;
  if (field === 'image') return spec.image === '' ? undefined : spec.image;
  return spec[field];
}

/** Whether a container that was made for `before` cannot serve `after`. Pure. */
export function needsNewContainer(before: WorkloadSpec, after: WorkloadSpec): boolean {
  return describeWorkloadChange(before, after).some(({ recreates }) => recreates);
}

function defaultOf(field: Field): unknown {
  if (field === 'microVm') return MICRO_VM_DEFAULTS;
  return field === 'image' ? undefined : SPEC_DEFAULTS[field];
}
