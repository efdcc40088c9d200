import { updateFromProto } from '@capsule/api/wire';
import type { UpdateEntry } from '@capsule/core';
import type { Run } from '../../program/command.ts';
import { formatAge } from '../render/age.ts';
import { readFormat } from '../render/format.ts';
import { type Listing, renderListing } from '../render/listing.ts';
import { showOrWatch } from '../stream/show-or-watch.ts';

export const run: Run = async (input, context) => {
  const format = readFormat(input);
  await showOrWatch(input, context, async (client) => {
    const { updates } = await client.capsule.updateHistory({}, { signal: context.signal });
    const known = updates.flatMap((update) => updateFromProto(update) ?? []);
    return renderListing(known, listing(context.now()), format, context.out);
  });
  return undefined;
};

function listing(now: number): Listing<UpdateEntry> {
  return {
    nameOf: ({ to }) => to.version,
    documentOf: documentOf,
    columns: [
      { title: 'VERSION', cell: ({ to }) => to.version || '-', shrinksTo: 8 },
      { title: 'SLOT', cell: ({ to }) => to.slot },
      { title: 'BEFORE', cell: ({ from }) => from.version, shrinksTo: 8 },
      { title: 'STATE', cell: ({ state }) => state },
      { title: 'AGE', cell: ({ startedAt }) => formatAge(startedAt, now) },
      { title: 'REASON', cell: ({ reason }) => reason ?? '-', shrinksTo: 16 },
    ],
  };
}

function documentOf({ startedAt, endedAt, ...update }: UpdateEntry): object {
  return {
    ...update,
    startedAt: new Date(startedAt).toISOString(),
    ...(endedAt !== undefined && { endedAt: new Date(endedAt).toISOString() }),
  };
}
