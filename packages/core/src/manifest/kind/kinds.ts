import { CELL_CONTAINER_KIND, CELL_KIND } from './cell/cell-kind.ts';
import type { KindTable } from './kind.ts';
import { REGISTRY_KIND } from './registry/registry-kind.ts';
import { REALM_KIND, SPACE_KIND, STACK_KIND } from './scope/scope-kind.ts';
import { VOLUME_KIND } from './volume/volume-kind.ts';
import { WORKLOAD_KIND } from './workload/workload-kind.ts';

/** Every kind of manifest, in the order in which people are shown them. A new kind is a folder and a row. */
export const KINDS = {
  workload: WORKLOAD_KIND,
  realm: REALM_KIND,
  space: SPACE_KIND,
  stack: STACK_KIND,
  cell: CELL_KIND,
  container: CELL_CONTAINER_KIND,
  volume: VOLUME_KIND,
  registry: REGISTRY_KIND,
} as const satisfies KindTable;
