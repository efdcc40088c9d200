import { once } from 'node:events';
import { chown, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';

/** The guest's agent connects to this port of its host once it listens itself. */
const PORT = 51;

/** Learns from a connection of the guest that its agent is up, instead of polling it. */
export class ReadySocket implements AsyncDisposable {
  /** Resolves when the agent listens. */
  readonly listening: Promise<void>;
  readonly #server: Server;
  readonly #path: string;

  private constructor(server: Server, path: string) {
    this.#server = server;
    this.#path = path;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.listening = promise;
    server.on('connection', (socket) => {
      // The agent sends nothing, and may be gone already.
      socket.on('error', () => socket.destroy());
      socket.resume();
      socket.end();
      resolve();
    });
  }

  /**
   * `vsock`: the monitor's socket for the guest's ports. The monitor runs as `uid`, and connects to this
   * socket.
   */
  static async open(vsock: string, uid: number): Promise<ReadySocket> {
    const path = `${vsock}_${PORT}`;
    await rm(path, { force: true });
    const server = createServer();
    server.listen(path);
    await once(server, 'listening');
    await chown(path, uid, uid);
    return new ReadySocket(server, path);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.close();
    await rm(this.#path, { force: true });
  }
}
