import { fromBinary, type MessageInitShape } from '@bufbuild/protobuf';
import { lengthBefore, RecordReader } from '@capsule/api/server';
import {
  type VolumeExportTrailerSchema,
  type VolumeImportEnd,
  VolumeImportEndSchema,
  type VolumeSchema,
  type VolumeService,
} from '@capsule/api/wire';
import type { ServiceImpl } from '@connectrpc/connect';
import { transferKind } from '../../bulk/transfer-kind.ts';
import type { BulkTransfers, ByteConnection } from '../../bulk/transfers.ts';
import { callerOf } from '../caller-of.ts';
import { ticketToProto } from '../ticket-to-proto.ts';
import {
  beginExport,
  exportFrames,
  headerOf,
  importVolume,
  type TransferParts,
} from './transfers.ts';

type Trailer = MessageInitShape<typeof VolumeExportTrailerSchema>;
type BulkTransferCalls = Pick<
  ServiceImpl<typeof VolumeService>,
  'openExport' | 'closeExport' | 'openImport' | 'closeImport'
>;

/** The calls that export and import volumes over bulk connections. */
export function bulkTransferCalls(
  transfers: BulkTransfers,
  parts: TransferParts,
): BulkTransferCalls {
  const exports = transferKind<Trailer>(transfers, 'export');
  const imports = transferKind<MessageInitShape<typeof VolumeSchema>>(transfers, 'import');
  return {
    async openExport(request, context) {
      const { exporter } = parts;
      const begun = await beginExport(request, exporter, context.signal);
      const open = exports.open(callerOf(context), async (connection, signal) => {
        const trailer = await send(exportFrames(request, { exporter, begun }, signal), connection);
        // A caller that ends the export itself may lose the trailer and resume.
        if (!request.isEndedByCaller) await exporter.end(begun.ref);
        return trailer;
      });
      return { ticket: ticketToProto(open), header: headerOf(begun) };
    },
    async closeExport({ transferId }, context) {
      return exports.end(transferId, callerOf(context), context.signal);
    },
    async openImport(start, context) {
      const open = imports.open(callerOf(context), (connection) => {
        const end: { value?: VolumeImportEnd } = {};
        return importVolume(start, parts, { frames: framesOf(connection, end), end });
      });
      return ticketToProto(open);
    },
    async closeImport({ transferId }, context) {
      return imports.end(transferId, callerOf(context), context.signal);
    },
  };
}

async function send<T>(
  frames: AsyncGenerator<Uint8Array, T>,
  connection: ByteConnection,
): Promise<T> {
  try {
    for (;;) {
      const next = await frames.next();
      if (next.done === true) return next.value;
      await connection.send(lengthBefore(next.value));
      await connection.send(next.value);
    }
  } finally {
    // Of a client that has gone: the frames hold the snapshot open.
    await frames.return(undefined as never);
  }
}

async function* framesOf(
  connection: ByteConnection,
  end: { value?: VolumeImportEnd },
): AsyncGenerator<Uint8Array> {
  const reader = new RecordReader(connection);
  for (let record = await reader.next(); record !== undefined; record = await reader.next()) {
    if (record.length > 0) {
      yield record;
      continue;
    }
    const last = await reader.next();
    if (last !== undefined) end.value = fromBinary(VolumeImportEndSchema, last);
    return;
  }
}
