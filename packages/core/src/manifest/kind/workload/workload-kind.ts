import type { WorkloadSpec } from '../../../resource/workload/workload.ts';
import type { Kind } from '../kind.ts';
import { manifestFromWorkload } from './manifest-from-workload.ts';
import { readWorkload } from './read-workload.ts';
import { validateWorkload } from './validate-workload.ts';
import { describeWorkloadChange } from './workload-change.ts';
import { WORKLOAD_SCHEMAS } from './workload-schema.ts';
import { CONTAINER_WORDS, MICRO_VM_WORDS } from './workload-words.ts';

/** Containers and microVMs: one spec, as flipping `kind:` changes what runs it and nothing else. */
export const WORKLOAD_KIND: Kind<WorkloadSpec> = {
  forms: [
    { words: CONTAINER_WORDS, schema: WORKLOAD_SCHEMAS.container },
    { words: MICRO_VM_WORDS, schema: WORKLOAD_SCHEMAS.microVm },
  ],
  applyOrder: 30,
  read: readWorkload,
  validate: validateWorkload,
  diff: describeWorkloadChange,
  print: manifestFromWorkload,
  hostPorts: ({ kind, ports }) =>
    ports.map((port, index) => ({ port, path: `${kind}.ports[${index}].hostPort` })),
};
