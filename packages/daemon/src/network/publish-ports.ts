import { type CellNetwork, type PublishedPort, portKey } from '@capsule/core';
import type { Addresses } from '../store/addresses.ts';
import type { WorkloadSpecs } from '../store/workload-specs.ts';
import { workloadError } from '../workload/errors.ts';

interface OwnedPort extends PublishedPort {
  readonly owner: string;
}

export interface PortPublisherParts {
  readonly specs: WorkloadSpecs;
  readonly addresses: Addresses;
  readonly network: CellNetwork;
}

/** A port that one workload wants and another has. */
interface RefusedPort {
  readonly port: string;
  readonly holder: string;
}

interface WantedPorts {
  readonly ports: readonly OwnedPort[];
  /** By workload: the first port it cannot have. */
  readonly refused: ReadonlyMap<string, RefusedPort>;
}

/**
 * Keeps the capsule's port maps equal to what all workloads want. Two that want one port concern only each
 * other: whoever has it keeps it, else the older workload gets it.
 */
export class PortPublisher {
  readonly #parts: PortPublisherParts;
  /** What was loaded last; nothing is known of it before the first load of this process. */
  #loaded: readonly OwnedPort[] | undefined;

  constructor(parts: PortPublisherParts) {
    this.#parts = parts;
  }

  /** Whether the maps of one workload are as its spec has them. */
  stateOf(owner: string): 'current' | 'missing' | 'left' {
    if (this.#loaded === undefined) return 'missing';
    const { ports, refused } = this.#wanted();
    const wanted = new Set(ports.filter((port) => port.owner === owner).map(describePort));
    const loaded = new Set(this.#loaded.filter((port) => port.owner === owner).map(describePort));
    if (refused.has(owner) || [...wanted].some((port) => !loaded.has(port))) return 'missing';
    return loaded.size > wanted.size ? 'left' : 'current';
  }

  /**
   * Loads all maps, for one workload. Many calls at once share one load: the network sees to it. Fails with
   * `WORKLOAD_PORT_TAKEN` where another workload has a port of this one; the maps of all others are loaded then.
   */
  async sync(owner: string): Promise<void> {
    const { ports, refused } = this.#wanted();
    await this.#parts.network.publish(ports.map(({ owner: _owner, ...port }) => port));
    this.#loaded = ports;
    const conflict = refused.get(owner);
    if (conflict !== undefined) throw workloadError.PORT_TAKEN({ name: owner, ...conflict });
  }

  #wanted(): WantedPorts {
    const { specs, addresses } = this.#parts;
    const all = specs.list().flatMap(({ ref, spec, desired, createdAt }) => {
      const address = addresses.get(ref.cell);
      if (desired !== 'running' || spec.networkMode !== 'bridge' || address === undefined)
        return [];
      return spec.ports.map((port) => ({ ...port, address, createdAt, owner: spec.name }));
    });
    const holders = new Map(this.#loaded?.map((port) => [portKey(port), port.owner]));
    const isHeld = (port: OwnedPort) => holders.get(portKey(port)) === port.owner;
    const ranked = all.toSorted(
      (a, b) => Number(isHeld(b)) - Number(isHeld(a)) || a.createdAt - b.createdAt,
    );
    const given = new Map<string, OwnedPort>();
    const refused = new Map<string, RefusedPort>();
    for (const { createdAt: _createdAt, ...port } of ranked) {
      const key = portKey(port);
      const holder = given.get(key)?.owner;
      if (holder === undefined) given.set(key, port);
      else if (!refused.has(port.owner)) refused.set(port.owner, { port: key, holder });
    }
    return { ports: [...given.values()], refused };
  }
}

function describePort(port: OwnedPort): string {
  return `${port.hostPort}/${port.protocol} ${port.address}:${port.containerPort}`;
}
