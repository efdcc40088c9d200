import type { AuditRecord } from '@capsule/api/wire';
import { plainText } from '@capsule/core';
import type { Listing } from '../render/listing.ts';
import { formatMoment } from '../render/moment.ts';

/** The calls that a capsule recorded, in every format. */
export function auditListing(now: number): Listing<AuditRecord> {
  return {
    nameOf: ({ sequence }) => String(sequence),
    documentOf: auditDocument,
    columns: [
      { title: 'NUMBER', cell: ({ sequence }) => String(sequence) },
      { title: 'TIME', cell: ({ timeUnixMs }) => formatMoment(Number(timeUnixMs), now) },
      { title: 'WHO', cell: ({ who }) => who || '-', shrinksTo: 10 },
      { title: 'FROM', cell: ({ from }) => from, shrinksTo: 10 },
      { title: 'CALL', cell: ({ rpc }) => rpc },
      { title: 'OBJECT', cell: ({ object }) => object || '-', shrinksTo: 10 },
      { title: 'RESULT', cell: ({ result }) => result, style: styleOf },
      { title: 'KEY', cell: ({ kid }) => kid || '-', isWide: true },
    ],
  };
}

function styleOf({ result }: AuditRecord) {
  return result === 'ok' ? undefined : ('yellow' as const);
}

export function auditDocument(record: AuditRecord): object {
  const { sequence, timeUnixMs, who, kid, from, rpc, object, result, hash, previous } = record;
  return {
    sequence: Number(sequence),
    at: new Date(Number(timeUnixMs)).toISOString(),
    who,
    kid,
    from,
    rpc,
    object,
    result,
    hash: Buffer.from(hash).toString('hex'),
    previous: Buffer.from(previous).toString('hex'),
  };
}

/** One line, for a stream that no table can wait for. */
export function auditLine(record: AuditRecord, now: number): string {
  const { sequence, timeUnixMs, who, from, rpc, object, result } = record;
  const cells = [sequence, formatMoment(Number(timeUnixMs), now), who || '-', from, rpc];
  return plainText([...cells, object || '-', result].join('  '));
}
