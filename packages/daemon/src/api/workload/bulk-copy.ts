import type { WorkloadService } from '@capsule/api/wire';
import type { HandlerContext, ServiceImpl } from '@connectrpc/connect';
import { requireAll } from '../../bulk/require-all.ts';
import { transferKind } from '../../bulk/transfer-kind.ts';
import type { BulkTransfers } from '../../bulk/transfers.ts';
import { callerOf } from '../caller-of.ts';
import { ticketToProto } from '../ticket-to-proto.ts';
import {
  type Copied,
  copiedToProto,
  placeToRead,
  placeToWrite,
  receiveCopy,
  sendCopy,
  type WorkloadCopyParts,
} from './copy.ts';

type BulkCopyCalls = Pick<
  ServiceImpl<typeof WorkloadService>,
  'openCopyTo' | 'endCopyTo' | 'openCopyFrom' | 'endCopyFrom'
>;

/** The calls that copy over bulk connections. A copy that cannot work fails before there is one. */
export function bulkCopyCalls(
  transfers: BulkTransfers,
  partsFor: (context: HandlerContext) => WorkloadCopyParts,
): BulkCopyCalls {
  const incoming = transferKind<Copied>(transfers, 'copy-to');
  const outgoing = transferKind<Copied>(transfers, 'copy-from');
  return {
    async openCopyTo(to, context) {
      const parts = partsFor(context);
      await placeToWrite(to, parts);
      const open = incoming.open(callerOf(context), (connection, signal) =>
        receiveCopy(to, connection, parts, signal),
      );
      return ticketToProto(open);
    },
    async endCopyTo({ transferId, bytesSent }, context) {
      const copied = await incoming.end(transferId, callerOf(context), context.signal);
      requireAll({ arrived: copied.bytes, sent: Number(bytesSent) });
      return copiedToProto(copied);
    },
    async openCopyFrom(from, context) {
      const parts = partsFor(context);
      await placeToRead(from, parts);
      const open = outgoing.open(callerOf(context), (connection, signal) =>
        sendCopy(from, connection, parts, signal),
      );
      return ticketToProto(open);
    },
    async endCopyFrom({ transferId }, context) {
      const { bytes, warnings } = await outgoing.end(transferId, callerOf(context), context.signal);
      return { bytesSent: BigInt(bytes), warnings };
    },
  };
}
