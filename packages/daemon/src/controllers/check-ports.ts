import { portKey, type WorkloadRecord, type WorkloadSpec } from '@capsule/core';
import { workloadError } from './errors.ts';

/** Fails with `WORKLOAD_PORT_TAKEN` when another workload, running or stopped, publishes a port of `spec`. */
export function checkPorts(spec: WorkloadSpec, others: readonly WorkloadRecord[]): void {
  const wanted = new Set(spec.ports.map(portKey));
  for (const other of others) {
    if (other.spec.name === spec.name || other.desired === 'deleting') continue;
    for (const port of other.spec.ports.map(portKey)) {
      if (!wanted.has(port)) continue;
      throw workloadError.PORT_TAKEN({ name: spec.name, port, holder: other.spec.name });
    }
  }
}
