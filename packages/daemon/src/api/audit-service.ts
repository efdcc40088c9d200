import type { MessageInitShape } from '@bufbuild/protobuf';
import type { AuditReadRequest, AuditRecordSchema, AuditService } from '@capsule/api/wire';
import type { ServiceImpl } from '@connectrpc/connect';
import type { AuditLog } from '../audit/log.ts';
import type { AuditRecord } from '../audit/record.ts';

/** Records that are read from the store at a time. */
const PAGE = 200;

/** Implements the calls about the audit log. */
export function auditService(audit: AuditLog): Partial<ServiceImpl<typeof AuditService>> {
  return {
    read: (request, { signal }) => readAudit(audit, request, signal),
    async verify() {
      const { records, brokenAt, firstKept } = await audit.verify();
      return {
        records: BigInt(records),
        intact: brokenAt === undefined,
        brokenAt: BigInt(brokenAt ?? 0),
        firstKept: BigInt(firstKept),
      };
    },
  };
}

async function* readAudit(
  audit: AuditLog,
  { follow, tailLines }: AuditReadRequest,
  signal: AbortSignal,
): AsyncGenerator<MessageInitShape<typeof AuditRecordSchema>> {
  let after = tailLines > 0 ? Math.max(0, audit.lastSequence() - tailLines) : 0;
  let wake = Promise.withResolvers<void>();
  using _following = audit.follow(() => wake.resolve());
  signal.addEventListener('abort', () => wake.resolve(), { once: true });
  while (!signal.aborted) {
    // Before the look: a record that comes in between wakes the wait below.
    wake = Promise.withResolvers<void>();
    const page = audit.read(after, PAGE);
    for (const record of page) yield recordToProto(record);
    after = page.at(-1)?.sequence ?? after;
    if (page.length === PAGE) continue;
    if (!follow) return;
    if (!signal.aborted) await wake.promise;
  }
}

function recordToProto(record: AuditRecord): MessageInitShape<typeof AuditRecordSchema> {
  const { sequence, at, who, kid, origin, rpc, object, result, hash, previous } = record;
  return {
    sequence: BigInt(sequence),
    timeUnixMs: BigInt(at),
    who,
    kid,
    from: origin,
    rpc,
    object,
    result,
    hash: Uint8Array.from(hash),
    previous: Uint8Array.from(previous),
  };
}
