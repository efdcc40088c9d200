import {
  describeHostPort,
  type HostPort,
  type OwnAddresses,
  type PortListener,
  type PortListeners,
  portKey,
  portsClash,
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
  readonly addresses: OwnAddresses;
  /**
   * Ports that are published for this workload already: the capsule routes them to it, whatever
   * program listens.
   */
  readonly published: ReadonlySet<string>;
}

/**
 * Fails with `WORKLOAD_PORT_TAKEN` when another workload, running or stopped, publishes a port of `spec`,
 * with `WORKLOAD_PORT_KEPT` when one may be rolled back to it, and with `WORKLOAD_PORT_IN_USE` when a program
 * in the capsule's own network has it. Fails with `WORKLOAD_PORT_ADDRESS_FOREIGN` when it names an address that the
 * capsule does not have.
 */
export function checkPorts(record: WorkloadRecord, claims: PortClaims): void {
  const { spec } = record;
  const { name, ports } = spec;
  checkAddresses(spec, claims.addresses);
  for (const other of claims.others) {
    if (isSameContainer(other, record) || other.desired === 'deleting') continue;
    const facts = { name, holder: other.spec.name };
    const taken = sharedPort(ports, other.spec);
    if (taken !== undefined) throw workloadError.PORT_TAKEN({ ...facts, port: taken });
    const kept = sharedPort(ports, claims.fallbackOf(other));
    if (kept !== undefined) throw workloadError.PORT_KEPT({ ...facts, port: kept });
  }
  const fresh = new Set(ports.map(portKey).filter((port) => !claims.published.has(port)));
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

/** The first port of `spec` that clashes with a wanted one, for people. */
function sharedPort(
  wanted: readonly HostPort[],
  spec: WorkloadSpec | undefined,
): string | undefined {
  const shared = spec?.ports.find((port) => wanted.some((one) => portsClash(one, port)));
  return shared && describeHostPort(shared);
}

function checkAddresses({ name, ports }: WorkloadSpec, addresses: OwnAddresses): void {
  for (const port of ports) {
    const { hostAddress: address } = port;
    if (address === undefined || addresses.has(address)) continue;
    throw workloadError.PORT_ADDRESS_FOREIGN({ name, port: describeHostPort(port), address });
  }
}
