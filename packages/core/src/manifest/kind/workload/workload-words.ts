/** Values of `kind:` for a workload that is a container; the first one is preferred. */
export const CONTAINER_WORDS: readonly string[] = ['Container', 'WORKLOAD_KIND_CONTAINER'];
export const MICRO_VM_WORDS: readonly string[] = ['MicroVM', 'WORKLOAD_KIND_MICRO_VM'];

/** Names that other programs use for fields of a workload. */
export const SYNONYMS: ReadonlyMap<string, string> = new Map([
  ['volumes', 'mounts'],
  ['volumeMounts', 'mounts'],
  ['environment', 'env'],
  ['envFile', 'env'],
  ['entrypoint', 'command'],
  ['cmd', 'args'],
  ['restart', 'restartPolicy'],
  ['livenessProbe', 'healthCheck'],
  ['readinessProbe', 'healthCheck'],
  ['expose', 'ports'],
  ['limits', 'resources'],
  ['memory', 'resources'],
  ['cpu', 'resources'],
  ['cpus', 'resources'],
  ['memLimit', 'resources'],
  ['capAdd', 'capabilities'],
  ['capDrop', 'capabilities'],
  ['securityContext', 'capabilities'],
]);
