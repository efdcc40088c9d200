/**
 * The subprotocol of calls that go both ways over a WebSocket. A binary message is a piece of the body of a streaming
 * call of Connect, cut anywhere; an empty one ends the half of its sender. A text message is a credit: the decimal count of
 * all bytes that its sender has taken so far.
 */
export const TWO_WAY_PROTOCOL = 'capsule.connect.v1';

/** The bytes that one side may send ahead of the other. Neither side ever stops reading its socket. */
export const AHEAD_BYTES = 1024 * 1024;
/** The largest message. A sender cuts longer pieces. */
export const PIECE_BYTES = 256 * 1024;
/** A credit follows when this many bytes have been taken: short calls need none. */
const CREDIT_BYTES = AHEAD_BYTES / 4;

/** Sends messages of a WebSocket; both return at once. */
export interface MessagePort {
  sendBytes(bytes: Uint8Array): void;
  sendText(text: string): void;
}

/**
 * One side of a call. Because each side counts what the other has taken, no buffer grows beyond the window, and a side
 * that waits still sees that the other one has gone.
 */
export class TwoWayCall {
  readonly #port: MessagePort;
  readonly #waiting: Uint8Array[] = [];
  #change = Promise.withResolvers<void>();
  #sent = 0;
  #credit = 0;
  #received = 0;
  #taken = 0;
  #announced = 0;
  #isOver = false;

  constructor(port: MessagePort) {
    this.#port = port;
  }

  /** Takes a binary message. Returns false where the sender ignores the window, or goes on after its end. */
  receive(bytes: Uint8Array): boolean {
    if (this.#isOver) return false;
    this.#received += bytes.length;
    if (this.#received - this.#taken > AHEAD_BYTES + PIECE_BYTES) return false;
    if (bytes.length === 0) this.#isOver = true;
    else this.#waiting.push(bytes);
    this.#wake();
    return true;
  }

  /** Takes a text message. Returns false where it is no credit for bytes that were sent. */
  receiveCredit(text: string): boolean {
    const credit = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
    if (!(credit >= this.#credit && credit <= this.#sent)) return false;
    this.#credit = credit;
    this.#wake();
    return true;
  }

  /** The pieces that the other side sends, up to its end or to `close`. */
  async *incoming(): AsyncGenerator<Uint8Array> {
    for (;;) {
      const change = this.#change.promise;
      const piece = this.#waiting.shift();
      if (piece === undefined) {
        if (this.#isOver) return;
        await change;
        continue;
      }
      this.#taken += piece.length;
      this.#announce();
      yield piece;
    }
  }

  /** Sends a piece, when the other side has taken enough of what was sent before. Fails with the reason of the signal. */
  async send(piece: Uint8Array, signal: AbortSignal): Promise<void> {
    const stop = () => this.#wake();
    signal.addEventListener('abort', stop, { once: true });
    try {
      for (let at = 0; at < piece.length; at += PIECE_BYTES) {
        await this.#untilRoom(signal);
        const part = piece.subarray(at, at + PIECE_BYTES);
        this.#sent += part.length;
        this.#port.sendBytes(part);
      }
    } finally {
      signal.removeEventListener('abort', stop);
    }
  }

  /** Ends this side's half. */
  end(): void {
    this.#port.sendBytes(new Uint8Array());
  }

  /** The connection has ended: `incoming` ends after what has arrived. */
  close(): void {
    this.#isOver = true;
    this.#wake();
  }

  async #untilRoom(signal: AbortSignal): Promise<void> {
    for (;;) {
      signal.throwIfAborted();
      if (this.#sent - this.#credit < AHEAD_BYTES) return;
      await this.#change.promise;
    }
  }

  #announce(): void {
    if (this.#taken - this.#announced < CREDIT_BYTES) return;
    this.#announced = this.#taken;
    this.#port.sendText(String(this.#taken));
  }

  #wake(): void {
    this.#change.resolve();
    this.#change = Promise.withResolvers();
  }
}
