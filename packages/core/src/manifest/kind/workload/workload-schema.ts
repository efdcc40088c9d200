import type { WorkloadKind } from '../../../resource/cell/cell.ts';
import { NAME, READ_ONLY } from '../../schema/document-schema.ts';
import { fields, type JsonSchema } from '../../schema/json-schema.ts';
import { CONTAINER_SCHEMA } from './container-schema.ts';
import { MICRO_VM_SCHEMA } from './micro-vm-schema.ts';
import { CONTAINER_WORDS, MICRO_VM_WORDS } from './workload-words.ts';

/** The schema of a whole document, by what kind of workload it declares. */
export const WORKLOAD_SCHEMAS: Readonly<Record<WorkloadKind, JsonSchema>> = {
  container: document('A workload that uses the kernel of the capsule.', {
    kind: { enum: CONTAINER_WORDS },
    container: CONTAINER_SCHEMA,
  }),
  microVm: document('A workload with its own kernel.', {
    kind: { enum: MICRO_VM_WORDS },
    microVm: MICRO_VM_SCHEMA,
  }),
};

function document(about: string, own: Readonly<Record<string, JsonSchema>>): JsonSchema {
  return fields(about, { name: NAME, ...own, ...READ_ONLY }, ['name', ...Object.keys(own)]);
}
