import type { AuditRecord } from '@capsule/api/wire';
import { cliError } from '../../errors.ts';
import type { Run } from '../../program/command.ts';
import type { Context } from '../../program/context/context.ts';
import type { Input } from '../../program/input.ts';
import { printLines } from '../../program/print-lines.ts';
import { renderDocument } from '../render/documents.ts';
import { type Format, isData, readFormat } from '../render/format.ts';
import { renderListing } from '../render/listing.ts';
import { resumeStream } from '../stream/resume-stream.ts';
import { withCapsule } from '../target/with-capsule.ts';
import { auditDocument, auditLine, auditListing } from './record-columns.ts';

export const run: Run = (input, context) => {
  if (input.isOn('verify')) return verify(input, context);
  return read(input, context);
};

async function read(input: Input, context: Context): Promise<undefined> {
  const format = readFormat(input);
  const tailLines = input.count('tail') ?? 0;
  const { out, now, signal } = context;
  await withCapsule(input, context, async ({ audit }) => {
    if (!input.isOn('follow')) {
      const records = await Array.fromAsync(audit.read({ tailLines }, { signal }));
      await out.write(await renderListing(records, auditListing(now()), format, out));
      return;
    }
    let last = 0n;
    const records = resumeStream<AuditRecord>(
      {
        // After a gap all records come again: the numbers say which are known.
        open: (known, attempt) =>
          audit.read({ follow: true, tailLines: known ? 0 : tailLines }, { signal: attempt }),
        now,
      },
      signal,
    );
    for await (const record of records) {
      if (record.sequence <= last) continue;
      last = record.sequence;
      await out.write(await renderOne(record, format, context));
    }
  });
  return undefined;
}

async function renderOne(record: AuditRecord, format: Format, { now }: Context): Promise<string> {
  if (format.kind === 'json') return `${JSON.stringify(auditDocument(record))}\n`;
  if (isData(format)) return `---\n${await renderDocument(format, auditDocument(record))}`;
  return format.kind === 'name' ? `${record.sequence}\n` : `${auditLine(record, now())}\n`;
}

/** Fails with `CLI_AUDIT_BROKEN`. */
async function verify(input: Input, context: Context): Promise<undefined> {
  const format = readFormat(input);
  const { records, intact, brokenAt, firstKept } = await withCapsule(input, context, ({ audit }) =>
    audit.verify({}, { signal: context.signal }),
  );
  if (isData(format)) {
    const numbers = { records: Number(records), firstKept: Number(firstKept) };
    const document = { intact, ...numbers, ...(intact ? {} : { brokenAt: Number(brokenAt) }) };
    await context.out.write(await renderDocument(format, document));
  } else if (intact) {
    await printLines(context.out, `intact: ${records} records from number ${firstKept} on\n`);
  }
  if (!intact) throw cliError.AUDIT_BROKEN({ sequence: String(brokenAt) });
  return undefined;
}
