import type { ProbeResult, ServiceProbe, WorkloadRecord } from '@capsule/core';
import type { Addresses } from '../store/addresses.ts';
import { workloadError } from './errors.ts';

export interface ProbeParts {
  readonly service: ServiceProbe;
  readonly addresses: Addresses;
}

/** Carries out the health check of a workload once. Bounded by `signal`. */
export async function probeWorkload(
  { spec }: WorkloadRecord,
  { service, addresses }: ProbeParts,
  signal: AbortSignal,
): Promise<ProbeResult> {
  const probe = spec.healthCheck?.probe;
  if (probe === undefined) return { ok: true, detail: '' };
  if (probe.kind === 'exec') throw workloadError.PROBE_UNSUPPORTED({ name: spec.name });
  const address = spec.networkMode === 'host' ? '127.0.0.1' : addresses.get(spec.name);
  if (address === undefined) return { ok: false, detail: 'it has no address' };
  return service.knock({ ...probe, address }, signal);
}
