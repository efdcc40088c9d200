import type { BulkTransfers } from '../../bulk/transfers.ts';
import { bulkTransferCalls } from './bulk-transfers.ts';
import { streamedTransferCalls, type TransferParts } from './transfers.ts';

export interface TransferCallParts extends TransferParts {
  readonly transfers: BulkTransfers;
}

/** Implements the calls that export and import volumes, in messages or over bulk connections. */
export function transferCalls(parts: TransferCallParts) {
  return { ...streamedTransferCalls(parts), ...bulkTransferCalls(parts.transfers, parts) };
}
