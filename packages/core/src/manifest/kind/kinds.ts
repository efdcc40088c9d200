import type { KindTable } from './kind.ts';
import { REGISTRY_KIND } from './registry/registry-kind.ts';
import { VOLUME_KIND } from './volume/volume-kind.ts';
import { WORKLOAD_KIND } from './workload/workload-kind.ts';

/** Every kind of manifest, in the order in which people are shown them. A new kind is a folder and a row. */
export const KINDS = {
  workload: WORKLOAD_KIND,
  volume: VOLUME_KIND,
  registry: REGISTRY_KIND,
} as const satisfies KindTable;
