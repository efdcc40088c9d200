import {
  type PortListener,
  type PortListeners,
  portKey,
  type WorkloadRecord,
  type WorkloadSpec,
} from '@capsule/core';
import { workloadError } from '../errors.ts';
import { isSameContainer } from './claims.ts';

export interface PortClaims {
  readonly others: readonly WorkloadRecord[];
  /** The earlier spec that a workload may be rolled back to; undefined where the present one is good. */
  readonly fallbackOf: (record: WorkloadRecord) => WorkloadSpec | undefined;
  readonly listeners: PortListeners;
  /**
   * Ports that are published for this workload already: the capsule routes them to it, whatever
   * program listens.
   */
  readonly published: ReadonlySet<string>;
}

/**
 * Fails with `WORKLOAD_PORT_TAKEN` when another workload, running or stopped, publishes a port of `spec`,
 * with `WORKLOAD_PORT_KEPT` when one may be rolled back to it, and with `WORKLOAD_PORT_IN_USE` when a program
 * in the capsule's own network has it.
 */
export function checkPorts(record: WorkloadRecord, claims: PortClaims): void {
  const { spec } = record;
  const wanted = new Set(spec.ports.map(portKey));
  const { name } = spec;
  for (const other of claims.others) {
    if (isSameContainer(other, record) || other.desired === 'deleting') continue;
    const facts = { name, holder: other.spec.name };
    const taken = sharedPort(wanted, other.spec);
    if (taken !== undefined) throw workloadError.PORT_TAKEN({ ...facts, port: taken });
    const kept = sharedPort(wanted, claims.fallbackOf(other));
    if (kept !== undefined) throw workloadError.PORT_KEPT({ ...facts, port: kept });
  }
  const fresh = new Set([...wanted].filter((port) => !claims.published.has(port)));
  const listener = claims.listeners.find(fresh).find((one) => !isLeaving(one, spec, claims.others));
  if (listener !== undefined) {
    const port = `${listener.port}/${listener.protocol}`;
    throw workloadError.PORT_IN_USE({ name, port, program: describeProgram(listener) });
  }
}

/**
 * The listener belongs to the applied workload, or to one that leaves the capsule's network, too:
 * its socket goes with it.
 */
function isLeaving(
  { workload }: PortListener,
  { name }: WorkloadSpec,
  others: readonly WorkloadRecord[],
): boolean {
  if (workload === undefined) return false;
  const record = others.find(({ spec }) => spec.name === workload);
  if (workload === name || record === undefined) return workload === name;
  return record.desired !== 'running' || record.spec.networkMode !== 'host';
}

/** `nginx of web`, `sshd`, `a program of the capsule`. */
export function describeProgram({ program, workload }: PortListener): string {
  const what = program === '' ? 'a program of the capsule' : program;
  return workload === undefined ? what : `${what} of ${workload}`;
}

function sharedPort(
  wanted: ReadonlySet<string>,
  spec: WorkloadSpec | undefined,
): string | undefined {
  return spec?.ports.map(portKey).find((port) => wanted.has(port));
}
