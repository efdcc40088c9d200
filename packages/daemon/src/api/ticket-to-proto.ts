import type { MessageInitShape } from '@bufbuild/protobuf';
import type { BulkTicketSchema } from '@capsule/api/wire';
import type { Ticket } from '../bulk/transfers.ts';

export function ticketToProto({
  transferId,
  ticket,
  validSeconds,
}: Ticket): MessageInitShape<typeof BulkTicketSchema> {
  return { transferId, ticket: new Uint8Array(ticket), validSeconds };
}
