import type { BulkTransfers, Ticket, TransferWork } from './transfers.ts';

/** The transfers that one pair of calls opens and ends: their results have one type. */
export interface TransferKind<T> {
  open(caller: string, work: TransferWork<T>): Ticket;
  /** Fails as `BulkTransfers.end`. */
  end(id: string, caller: string, signal: AbortSignal): Promise<T>;
}

export function transferKind<T>(transfers: BulkTransfers, kind: string): TransferKind<T> {
  return {
    open: (caller, work) => transfers.open({ kind, caller }, work),
    // `open` takes only work with this result.
    end: async (id, caller, signal) => (await transfers.end({ id, kind, caller }, signal)) as T,
  };
}
