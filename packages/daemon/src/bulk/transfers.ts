import { createHash, randomBytes } from 'node:crypto';
import type { ByteSink, ByteSource } from '@capsule/core';
import { bulkError } from './errors.ts';

/** A client's connection. The transfer uses one of its halves. */
export interface ByteConnection extends ByteSource, ByteSink {}

/** Does the work of a transfer. Its result is that of the call that ends the transfer. */
export type TransferWork<T = unknown> = (
  connection: ByteConnection,
  signal: AbortSignal,
) => Promise<T>;

export interface Ticket {
  readonly transferId: string;
  readonly ticket: Buffer;
  readonly validSeconds: number;
}

/** Names a transfer in the call that ends it. */
export interface TransferName {
  readonly id: string;
  /** As in `open`: it gives the result its type. */
  readonly kind: string;
  readonly caller: string;
}

interface Transfer {
  readonly kind: string;
  readonly caller: string;
  readonly work: TransferWork;
  readonly ending: AbortController;
  /** The end of an offer, or of a result that its caller has not fetched. Infinity while the work runs. */
  expiresAt: number;
  result?: Promise<unknown>;
}

/** Offers, running transfers, and results that were not fetched yet: of all callers, and of one. */
const MOST = { all: 64, ofCaller: 16 } as const;
const OFFER_MS = 30_000;
const RESULT_MS = 60_000;
const TICKET_BYTES = 32;

/**
 * Transfers whose bytes go over connections of their own. A call opens a transfer and gets a ticket; the
 * connection that presents it starts the work; another call waits for its result. Kept in memory only: a
 * transfer ends with capsuled.
 */
export class BulkTransfers implements Disposable {
  readonly #now: () => number;
  readonly #transfers = new Map<string, Transfer>();
  /** Ids by the digest of their ticket, so that a search takes the same time for each guess. */
  readonly #offers = new Map<string, string>();

  constructor(now: () => number) {
    this.#now = now;
  }

  /** Fails with `BULK_TOO_MANY`, `BULK_TOO_MANY_OF_CALLER`: one key cannot take the place of all others. */
  open({ kind, caller }: Omit<TransferName, 'id'>, work: TransferWork): Ticket {
    this.#prune();
    this.#requireRoom(caller);
    const ticket = randomBytes(TICKET_BYTES);
    const transferId = randomBytes(16).toString('hex');
    const expiresAt = this.#now() + OFFER_MS;
    const ending = new AbortController();
    this.#transfers.set(transferId, { kind, caller, work, ending, expiresAt });
    this.#offers.set(digestOf(ticket), transferId);
    return { transferId, ticket, validSeconds: OFFER_MS / 1000 };
  }

  /** Takes a ticket, which is worth nothing afterwards. Returns what to do with the connection that brought it. */
  present(ticket: Uint8Array): ((connection: ByteConnection) => Promise<void>) | undefined {
    this.#prune();
    const digest = digestOf(ticket);
    const id = this.#offers.get(digest);
    const transfer = id === undefined ? undefined : this.#transfers.get(id);
    if (transfer === undefined) return undefined;
    this.#offers.delete(digest);
    transfer.expiresAt = Number.POSITIVE_INFINITY;
    return async (connection) => {
      transfer.result = transfer.work(connection, transfer.ending.signal);
      await Promise.allSettled([transfer.result]);
      transfer.expiresAt = this.#now() + RESULT_MS;
    };
  }

  /**
   * Waits for the result of a transfer, and forgets the transfer. A caller that leaves ends it. Fails with
   * `BULK_NO_TRANSFER`, `BULK_NOT_CONNECTED`, and as the work does.
   */
  async end({ id, kind, caller }: TransferName, signal: AbortSignal): Promise<unknown> {
    this.#prune();
    const transfer = this.#transfers.get(id);
    if (transfer?.caller !== caller || transfer.kind !== kind) throw bulkError.NO_TRANSFER({});
    const { result, ending } = transfer;
    if (result === undefined) throw bulkError.NOT_CONNECTED({});
    const leave = () => ending.abort(signal.reason);
    signal.addEventListener('abort', leave, { once: true });
    try {
      return await result;
    } finally {
      signal.removeEventListener('abort', leave);
      this.#transfers.delete(id);
    }
  }

  /** Ends all transfers of a caller. */
  endOf(caller: string): void {
    for (const [id, transfer] of this.#transfers) {
      if (transfer.caller === caller) this.#drop(id, transfer);
    }
  }

  [Symbol.dispose](): void {
    for (const [id, transfer] of this.#transfers) this.#drop(id, transfer);
  }

  #requireRoom(caller: string): void {
    const own = [...this.#transfers.values()].filter((one) => one.caller === caller);
    if (own.length >= MOST.ofCaller) throw bulkError.TOO_MANY_OF_CALLER({ most: MOST.ofCaller });
    if (this.#transfers.size >= MOST.all) throw bulkError.TOO_MANY({ most: MOST.all });
  }

  #prune(): void {
    const now = this.#now();
    for (const [id, transfer] of this.#transfers) {
      if (transfer.expiresAt <= now) this.#drop(id, transfer);
    }
    for (const [digest, id] of this.#offers) {
      if (!this.#transfers.has(id)) this.#offers.delete(digest);
    }
  }

  #drop(id: string, { ending }: Transfer): void {
    this.#transfers.delete(id);
    ending.abort(bulkError.NO_TRANSFER({}));
  }
}

function digestOf(ticket: Uint8Array): string {
  return createHash('sha256').update(ticket).digest('hex');
}
