/** What `kind:` says of a workload that is a container; the first is how it is written best. */
export const CONTAINER_WORDS: readonly string[] = ['Container', 'WORKLOAD_KIND_CONTAINER'];
export const MICRO_VM_WORDS: readonly string[] = ['MicroVM', 'WORKLOAD_KIND_MICRO_VM'];
