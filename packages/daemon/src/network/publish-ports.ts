import {
  type CellId,
  type CellNetwork,
  type CellRecord,
  type ContainerRef,
  cellFromKey,
  cellKey,
  describeHostPort,
  isRunOver,
  nameOfCell,
  type PublishedPort,
  portKey,
  portsClash,
  type WorkloadStatus,
} from '@capsule/core';
import type { Addresses } from '../store/addresses.ts';
import type { Cells } from '../store/cells.ts';
import { workloadError } from '../workload/errors.ts';

interface OwnedPort extends PublishedPort {
  /** The key of the cell. */
  readonly owner: string;
}

interface RankedPort extends OwnedPort {
  readonly createdAt: number;
}

export interface PortPublisherParts {
  readonly cells: Pick<Cells, 'list'>;
  readonly addresses: Addresses;
  readonly network: Pick<CellNetwork, 'publish'>;
  readonly statusOf: (ref: ContainerRef) => WorkloadStatus;
}

/** A port that one cell wants and another has. */
interface RefusedPort {
  readonly port: string;
  /** The key of the other cell. */
  readonly holder: string;
}

interface DesiredPorts {
  readonly ports: readonly OwnedPort[];
  /** The first port that a cell cannot have, by the key of the cell. */
  readonly refused: ReadonlyMap<string, RefusedPort>;
}

/**
 * Keeps the capsule's port maps equal to the specs of all cells: the ports of all containers that are to
 * run, until the root has ended for good. Of two cells that want one port,
 * the one that has it keeps it; otherwise the older cell gets it. No other cell is affected.
 */
export class PortPublisher {
  readonly #parts: PortPublisherParts;
  /** Port maps of the last load; undefined before the first load of this process. */
  #loaded: readonly OwnedPort[] | undefined;

  constructor(parts: PortPublisherParts) {
    this.#parts = parts;
  }

  /** Compares the loaded maps of one cell with its spec. */
  stateOf(cell: CellId): 'current' | 'missing' | 'left' {
    const owner = cellKey(cell);
    if (this.#loaded === undefined) return 'missing';
    const { ports, refused } = this.#desired();
    const wanted = new Set(ports.filter((port) => port.owner === owner).map(describePort));
    const loaded = new Set(this.#loaded.filter((port) => port.owner === owner).map(describePort));
    if (refused.has(owner) || [...wanted].some((port) => !loaded.has(port))) return 'missing';
    return loaded.size > wanted.size ? 'left' : 'current';
  }

  /**
   * Loads all maps on behalf of one cell. Concurrent calls share one load: the network sees to
   * that. Fails with `WORKLOAD_PORT_TAKEN` if another cell has a port of this one; the maps of all
   * others are loaded then.
   */
  async sync(cell: CellId): Promise<void> {
    const { ports, refused } = this.#desired();
    await this.#parts.network.publish(ports.map(({ owner: _owner, ...port }) => port));
    this.#loaded = ports;
    const conflict = refused.get(cellKey(cell));
    if (conflict === undefined) return;
    const { port, holder } = conflict;
    const facts = { name: nameOfCell(cell), holder: nameOfCell(cellFromKey(holder)), port };
    throw workloadError.PORT_TAKEN(facts);
  }

  #desired(): DesiredPorts {
    const all = this.#parts.cells.list().flatMap((cell) => this.#portsOf(cell));
    const held = Map.groupBy(this.#loaded ?? [], portKey);
    const isHeld = (port: OwnedPort) =>
      held.get(portKey(port))?.some((one) => one.owner === port.owner && portsClash(one, port));
    const ranked = all.toSorted(
      (a, b) =>
        Number(isHeld(b) ?? false) - Number(isHeld(a) ?? false) || a.createdAt - b.createdAt,
    );
    const given = new Map<string, OwnedPort[]>();
    const refused = new Map<string, RefusedPort>();
    for (const { createdAt: _createdAt, ...port } of ranked) {
      const others = given.get(portKey(port)) ?? [];
      const holder = others.find((other) => portsClash(other, port))?.owner;
      if (holder === undefined) given.set(portKey(port), [...others, port]);
      else if (!refused.has(port.owner)) {
        refused.set(port.owner, { port: describeHostPort(port), holder });
      }
    }
    return { ports: [...given.values()].flat(), refused };
  }

  #portsOf({ id, spec, desired, createdAt, containers }: CellRecord): readonly RankedPort[] {
    if (desired !== 'running' || spec.networkMode !== 'bridge') return [];
    if (containers.every((container) => container.spec.ports.length === 0)) return [];
    const address = this.#parts.addresses.get(id);
    if (address === undefined) return [];
    const [root] = containers;
    // The network of a cell goes with its root.
    if (root !== undefined && isRunOver(root, this.#parts.statusOf(root.ref))) return [];
    const running = containers.filter((container) => container.desired === 'running');
    return running
      .flatMap((container) => container.spec.ports)
      .map((port) => ({ ...port, address, createdAt, owner: cellKey(id) }));
  }
}

function describePort(port: OwnedPort): string {
  return `${describeHostPort(port)} ${port.address}:${port.containerPort}`;
}
