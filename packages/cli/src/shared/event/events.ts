import { type Event, EventSeverity } from '@capsule/api/wire';
import { plainText, wrapText } from '@capsule/core';
import type { Run } from '../../program/command.ts';
import type { Context } from '../../program/context/context.ts';
import type { Input } from '../../program/input.ts';
import { parseMoment } from '../argument/duration.ts';
import { renderDocument } from '../render/documents.ts';
import { type Format, isData, readFormat } from '../render/format.ts';
import { type Listing, renderListing } from '../render/listing.ts';
import { resumeStream } from '../stream/resume-stream.ts';
import { withCapsule } from '../target/with-capsule.ts';
import { eventColumns, eventDocument, eventLine } from './columns.ts';
import { readEvent } from './read-event.ts';

export const run: Run = async (input, context) => {
  const format = readFormat(input);
  const follow = input.isOn('follow');
  const request = {
    names: [...input.args],
    sinceUnixMs: BigInt(readSince(input, context)),
    tail: input.count('tail') ?? 0,
  };
  await withCapsule(input, context, async (client) => {
    const { program, signal } = context;
    if (!follow) {
      const found = await Array.fromAsync(client.event.stream(request, { signal }));
      const events = found.map((event) => readEvent(event, program));
      await context.out.write(await render(events, format, context));
      return;
    }
    const events = resumeStream<Event>(
      {
        open: (last, attempt) => {
          const after = last === undefined ? request : { ...request, tail: 0, afterId: last.id };
          return client.event.stream({ ...after, follow }, { signal: attempt });
        },
        now: context.now,
      },
      signal,
    );
    for await (const event of events) {
      await context.out.write(await renderOne(readEvent(event, program), format, context));
    }
  });
  return undefined;
};

async function render(
  events: readonly Event[],
  format: Format,
  { out, now }: Context,
): Promise<string> {
  if (format.kind === 'name') return [...new Set(events.map(({ name }) => `${name}\n`))].join('');
  const listing: Listing<Event> = {
    nameOf: ({ name }) => name,
    documentOf: eventDocument,
    columns: eventColumns(now()),
  };
  return renderListing(events, listing, format, out);
}

/** Followed events come one by one: a line each, also as JSON. */
async function renderOne(event: Event, format: Format, { out, now }: Context): Promise<string> {
  if (format.kind === 'json') return `${JSON.stringify(eventDocument(event))}\n`;
  if (isData(format)) {
    const document = await renderDocument(format, eventDocument(event));
    return format.kind === 'yaml' ? `---\n${document}` : document;
  }
  if (format.kind === 'name') return `${event.name}\n`;
  const room = out.isTerminal ? out.columns : Number.POSITIVE_INFINITY;
  const lines = wrapText(plainText(eventLine(event, now())), room, 10);
  const isWarning = event.severity === EventSeverity.WARNING;
  return lines.map((line) => `${isWarning ? out.style('yellow', line) : line}\n`).join('');
}

function readSince(input: Input, { now }: Context): number {
  const text = input.text('since');
  if (text === undefined) return 0;
  const moment = parseMoment(text, now());
  if (moment !== undefined) return moment;
  const wanted = 'a duration like 10m or a time like 2026-01-31T09:00:00Z';
  throw input.refuse(`--since takes ${wanted}, not ${JSON.stringify(text)}`);
}
