import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';
import { once } from 'node:events';
import type { Uplink } from './uplink.ts';

/** One of the two groups of multicast DNS (RFC 6762, 3). */
interface Family {
  readonly type: 'udp4' | 'udp6';
  readonly group: string;
  readonly any: string;
  /** The name of an interface, as the kernel takes it for this family. */
  readonly interfaceOf: (uplink: Uplink) => string;
}

export const IPV4: Family = {
  type: 'udp4',
  group: '224.0.0.251',
  any: '0.0.0.0',
  interfaceOf: ({ address }) => address,
};

export const IPV6: Family = {
  type: 'udp6',
  group: 'ff02::fb',
  any: '::',
  interfaceOf: ({ name }) => `::%${name}`,
};

const TTL = 255;

/** A socket of one family, in its group on one link at a time. */
export class LinkSocket {
  readonly #family: Family;
  readonly #port: number;
  readonly #socket: Socket;
  #joined: Uplink | undefined;

  constructor(family: Family, port: number) {
    this.#family = family;
    this.#port = port;
    const { type } = family;
    this.#socket = createSocket({ type, reuseAddr: true, ipv6Only: type === 'udp6' });
  }

  /** Fails as the kernel does where the port is taken, or the machine does not have this family. */
  async start(receive: (bytes: Buffer, from: RemoteInfo) => void): Promise<void> {
    const socket = this.#socket;
    socket.on('message', receive);
    const listening = once(socket, 'listening');
    socket.bind(this.#port, this.#family.any);
    await listening;
    // Sending fails where a link is down; the next look finds another one.
    socket.on('error', () => undefined);
    socket.setMulticastTTL(TTL);
  }

  /** Leaves the group on the link before. Returns whether it is in the group on `uplink`. */
  join(uplink: Uplink | undefined): boolean {
    const { group, interfaceOf } = this.#family;
    const before = this.#joined;
    this.#joined = undefined;
    // Its interface may be gone, and the membership with it.
    if (before !== undefined)
      attempt(() => this.#socket.dropMembership(group, interfaceOf(before)));
    if (uplink === undefined) return false;
    // The interface may have gone away meanwhile, or not have this family.
    const isJoined = attempt(() => {
      this.#socket.addMembership(group, interfaceOf(uplink));
      this.#socket.setMulticastInterface(interfaceOf(uplink));
    });
    if (isJoined) this.#joined = uplink;
    return isJoined;
  }

  /** To the group, or to one machine. Without a link, nothing is sent. */
  async send(bytes: Uint8Array, to?: RemoteInfo): Promise<void> {
    if (this.#joined === undefined) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    const { group } = this.#family;
    this.#socket.send(bytes, to?.port ?? this.#port, to?.address ?? group, () => resolve());
    await promise;
  }

  close(): void {
    this.#socket.close();
  }
}

/** Whether the kernel accepted. */
function attempt(change: () => void): boolean {
  try {
    change();
    return true;
  } catch (error) {
    if (typeof (error as NodeJS.ErrnoException).syscall !== 'string') throw error;
    return false;
  }
}
