import { connect, type Socket } from 'node:net';
import { Duplex } from 'node:stream';

const REPLY_LIMIT_BYTES = 64;
const LINE_FEED = 10;

/**
 * A connection to a port of a guest, through the socket that its VMM serves on the capsule: `CONNECT PORT`, then
 * `OK NUMBER`, then the bytes (Firecracker's docs/vsock.md). A guest that does not listen ends it at once.
 */
export class VsockStream extends Duplex {
  readonly #socket: Socket;
  #reply = Buffer.alloc(0);
  #isOpen = false;
  /** Nothing may follow the request before its reply. At most one write is under way. */
  #waiting: (() => void) | undefined;

  constructor(path: string, port: number) {
    super();
    this.#socket = connect(path);
    this.#socket.write(`CONNECT ${port}\n`);
    this.#socket.on('data', (data) => this.#receive(data));
    this.#socket.on('end', () => this.push(null));
    this.#socket.on('error', (error) => this.destroy(error));
    this.#socket.on('close', () => this.destroy());
  }

  override _read(): void {
    this.#socket.resume();
  }

  override _write(chunk: Buffer, _encoding: string, done: (error?: Error | null) => void): void {
    this.#whenOpen(() => this.#socket.write(chunk, done));
  }

  override _final(done: () => void): void {
    this.#whenOpen(() => this.#socket.end(done));
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    if (this.#isOpen) this.#socket.destroy();
    else leaveAfterReply(this.#socket);
    done(error);
  }

  #receive(data: Buffer): void {
    if (this.#isOpen) {
      this.#pass(data);
      return;
    }
    this.#reply = Buffer.concat([this.#reply, data]);
    const end = this.#reply.indexOf(LINE_FEED);
    if (end < 0 && this.#reply.length < REPLY_LIMIT_BYTES) return;
    const line = this.#reply.toString('latin1', 0, Math.max(end, 0));
    if (!line.startsWith('OK ')) {
      this.#socket.destroy();
      this.destroy();
      return;
    }
    this.#isOpen = true;
    this.#waiting?.();
    const rest = this.#reply.subarray(end + 1);
    if (rest.length > 0) this.#pass(rest);
  }

  #whenOpen(work: () => void): void {
    if (this.#isOpen) work();
    else this.#waiting = work;
  }

  #pass(data: Buffer): void {
    if (!this.push(data)) this.#socket.pause();
  }
}

/**
 * Whoever leaves before the reply makes vhost-device-vsock 0.3 panic when the guest accepts (it writes the reply and
 * expects to succeed), and with it goes every other connection of the guest.
 */
function leaveAfterReply(socket: Socket): void {
  socket.removeAllListeners('data');
  socket.once('data', () => socket.destroy());
  socket.resume();
  socket.unref();
}
