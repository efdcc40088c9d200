/** The part of a socket that is counted. */
interface Counted {
  readonly remoteAddress?: string | undefined;
  readonly remotePort?: number | undefined;
  once(event: 'close', listener: () => void): unknown;
  destroy(): unknown;
}

/** A connection, whichever of the sockets on top of each other describes it. */
export function peerOf({
  remoteAddress,
  remotePort,
}: Pick<Counted, 'remoteAddress' | 'remotePort'>): string {
  return `${remoteAddress} ${remotePort}`;
}

/** Those that have not finished their handshake are counted, too. */
const MOST = { all: 512, ofClient: 64 } as const;

/**
 * Counts open connections, in all and by client. Beyond a limit, a new one takes the place of the oldest that has
 * brought no good token: a machine that holds connections open cannot lock the operators out.
 */
export class ConnectionCount {
  readonly #most: number;
  readonly #mostOfClient: number;
  readonly #ofClient = new Map<string, number>();
  /** Those without a good token, oldest first. */
  readonly #unproven = new Map<string, { readonly client: string; readonly socket: Counted }>();
  #all = 0;

  constructor({ all, ofClient }: { readonly all: number; readonly ofClient: number } = MOST) {
    this.#most = all;
    this.#mostOfClient = ofClient;
  }

  /** Returns false for a connection that was closed at once. */
  add(client: string, socket: Counted): boolean {
    if (!this.#makeRoom(client)) {
      socket.destroy();
      return false;
    }
    const peer = peerOf(socket);
    this.#all += 1;
    this.#ofClient.set(client, (this.#ofClient.get(client) ?? 0) + 1);
    this.#unproven.set(peer, { client, socket });
    socket.once('close', () => {
      this.#remove(client);
      // Its port may belong to another connection by now.
      if (this.#unproven.get(peer)?.socket === socket) this.#unproven.delete(peer);
    });
    return true;
  }

  /** Keeps the place of a connection that brought a good token. */
  prove(peer: string): void {
    this.#unproven.delete(peer);
  }

  #makeRoom(client: string): boolean {
    const isFull = this.#all >= this.#most;
    const isOwnFull = (this.#ofClient.get(client) ?? 0) >= this.#mostOfClient;
    if (!isFull && !isOwnFull) return true;
    for (const [peer, other] of this.#unproven) {
      if (isOwnFull && other.client !== client) continue;
      this.#unproven.delete(peer);
      other.socket.destroy();
      return true;
    }
    return false;
  }

  #remove(client: string): void {
    this.#all -= 1;
    const left = (this.#ofClient.get(client) ?? 1) - 1;
    if (left === 0) this.#ofClient.delete(client);
    else this.#ofClient.set(client, left);
  }
}
