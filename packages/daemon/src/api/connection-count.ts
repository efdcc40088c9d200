/** The part of a socket that is counted. */
interface Counted {
  once(event: 'close', listener: () => void): unknown;
  destroy(): unknown;
}

/** Counts open connections, in all and by client, and closes those over a limit. */
export class ConnectionCount {
  readonly #most: number;
  readonly #mostOfClient: number;
  readonly #ofClient = new Map<string, number>();
  #all = 0;

  constructor(most: number, mostOfClient: number) {
    this.#most = most;
    this.#mostOfClient = mostOfClient;
  }

  /** Returns false for a connection that was closed at once. */
  add(client: string, socket: Counted): boolean {
    const own = this.#ofClient.get(client) ?? 0;
    if (this.#all >= this.#most || own >= this.#mostOfClient) {
      socket.destroy();
      return false;
    }
    this.#all += 1;
    this.#ofClient.set(client, own + 1);
    socket.once('close', () => this.#remove(client));
    return true;
  }

  #remove(client: string): void {
    this.#all -= 1;
    const left = (this.#ofClient.get(client) ?? 1) - 1;
    if (left === 0) this.#ofClient.delete(client);
    else this.#ofClient.set(client, left);
  }
}
