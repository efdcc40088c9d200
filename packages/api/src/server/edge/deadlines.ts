import type { Duplex } from 'node:stream';

/** Destroys sockets that do not get on in time. Each has one deadline at most. */
export class Deadlines {
  readonly #timers = new WeakMap<Duplex, NodeJS.Timeout>();

  /** Replaces the deadline of the socket. The caller clears it when the socket closes. */
  set(socket: Duplex, milliseconds: number): void {
    this.clear(socket);
    if (socket.destroyed) return;
    this.#timers.set(
      socket,
      setTimeout(() => socket.destroy(), milliseconds),
    );
  }

  clear(socket: Duplex): void {
    clearTimeout(this.#timers.get(socket));
  }
}
