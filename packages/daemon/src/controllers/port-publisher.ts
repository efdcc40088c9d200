import type { CellNetwork, PublishedPort } from '@capsule/core';
import type { Addresses } from '../store/addresses.ts';
import type { WorkloadSpecs } from '../store/workload-specs.ts';

interface OwnedPort extends PublishedPort {
  readonly owner: string;
}

export interface PortPublisherParts {
  readonly specs: WorkloadSpecs;
  readonly addresses: Addresses;
  readonly network: CellNetwork;
}

/** Keeps the capsule's port maps equal to what all workloads wish. */
export class PortPublisher {
  readonly #parts: PortPublisherParts;
  /** What was loaded last; nothing is known of it before the first load of this process. */
  #loaded: readonly OwnedPort[] | undefined;

  constructor(parts: PortPublisherParts) {
    this.#parts = parts;
  }

  /** Whether the maps of one workload are as it wishes. */
  stateOf(owner: string): 'current' | 'missing' | 'left' {
    if (this.#loaded === undefined) return 'missing';
    const wanted = new Set(
      this.#wanted()
        .filter((port) => port.owner === owner)
        .map(describePort),
    );
    const loaded = new Set(this.#loaded.filter((port) => port.owner === owner).map(describePort));
    if ([...wanted].some((port) => !loaded.has(port))) return 'missing';
    return loaded.size > wanted.size ? 'left' : 'current';
  }

  /** Loads all maps. Many calls at once share one load: the network sees to it. */
  async sync(): Promise<void> {
    const wanted = this.#wanted();
    await this.#parts.network.publish(wanted.map(({ owner: _owner, ...port }) => port));
    this.#loaded = wanted;
  }

  #wanted(): OwnedPort[] {
    const { specs, addresses } = this.#parts;
    return specs.list().flatMap(({ spec, desired }) => {
      const address = addresses.get(spec.name);
      if (desired !== 'running' || spec.networkMode !== 'bridge' || address === undefined)
        return [];
      return spec.ports.map((port) => ({ ...port, address, owner: spec.name }));
    });
  }
}

function describePort(port: OwnedPort): string {
  return `${port.hostPort}/${port.protocol} ${port.address}:${port.containerPort}`;
}
