import { type CapsuleError, type PortListeners, portKey, type WorkloadRecord } from '@capsule/core';
import { workloadError } from '../errors.ts';
import { describeProgram } from './check-ports.ts';

/**
 * Returns published ports on which a program in the capsule's own network began to listen later,
 * and which is cut off. An apply refuses a port that has a listener, but a program in host mode may
 * begin to listen at any time.
 */
export function shadowedPorts(
  records: readonly WorkloadRecord[],
  listeners: PortListeners,
): readonly CapsuleError[] {
  const holders = new Map(
    records
      .filter(({ desired, spec }) => desired === 'running' && spec.networkMode === 'bridge')
      .flatMap(({ spec }) => spec.ports.map((port) => [portKey(port), spec.name] as const)),
  );
  return listeners.find(new Set(holders.keys())).flatMap((listener) => {
    const port = `${listener.port}/${listener.protocol}`;
    const holder = holders.get(port) ?? '';
    // The workload has just moved out of the capsule's network.
    if (listener.workload === holder) return [];
    return workloadError.PORT_SHADOWED({ port, holder, program: describeProgram(listener) });
  });
}
