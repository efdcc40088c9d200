import type { Protocol, PublishedPort } from '@capsule/core';
import { type NftMapElement, nftLoad, nftMap } from '@capsule/host';
import { latestWins } from './latest-wins.ts';
import { checkPorts, PUBLISHED, PUBLISHED_AT, planRuleset, TABLE } from './ruleset.ts';
import type { Spaces } from './spaces.ts';

/** The one nftables table, made from the prepared spaces and the published ports. One process loads it at a time. */
export class PacketFilter {
  readonly #spaces: Spaces;
  readonly #closedTcpPorts: readonly number[];
  /** Undefined until `open`. */
  #ports: readonly PublishedPort[] | undefined;
  /** The newest state is read when a load begins. */
  readonly #load = latestWins(() => nftLoad(this.#ruleset()));

  constructor(spaces: Spaces, closedTcpPorts: readonly number[]) {
    this.#spaces = spaces;
    this.#closedTcpPorts = closedTcpPorts;
  }

  /**
   * Takes over the ports of the table that an earlier process loaded, so that running cells keep them until the
   * first `publish`. Idempotent.
   */
  async open(signal?: AbortSignal): Promise<void> {
    if (this.#ports !== undefined) return;
    const [everywhere, atAddress] = await Promise.all([
      nftMap(TABLE, PUBLISHED, signal),
      nftMap(TABLE, PUBLISHED_AT, signal),
    ]);
    const ports = (everywhere ?? []).map(portOf);
    const placed = (atAddress ?? []).map(({ key: [hostAddress, ...key], value }) => {
      return { ...portOf({ key, value }), hostAddress: String(hostAddress) };
    });
    this.#ports ??= [...ports, ...placed];
    if (everywhere === undefined || atAddress === undefined) await this.reload();
  }

  /** Replaces the ports. Fails with `NETWORK_PORT_*`, and leaves the present ones then. */
  async publish(ports: readonly PublishedPort[]): Promise<void> {
    this.#ports = checkPorts(ports);
    await this.reload();
  }

  /** Loads the table for the spaces of this moment. */
  reload(): Promise<void> {
    return this.#load(undefined);
  }

  #ruleset(): string {
    const spaces = this.#spaces
      .all()
      .map(({ bridge, subnet: { cidr, gateway } }) => ({ bridge, cidr, gateway }));
    return planRuleset({ spaces, ports: this.#ports ?? [], closedTcpPorts: this.#closedTcpPorts });
  }
}

function portOf({ key, value }: NftMapElement): PublishedPort {
  const [protocol, hostPort] = key;
  const [address, containerPort] = value;
  return {
    protocol: protocol as Protocol,
    hostPort: Number(hostPort),
    address: String(address),
    containerPort: Number(containerPort),
  };
}
