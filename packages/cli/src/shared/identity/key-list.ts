import type { Run } from '../../program/command.ts';
import { readFormat } from '../render/format.ts';
import { renderListing } from '../render/listing.ts';
import { withCapsule } from '../target/with-capsule.ts';
import { keyListing } from './key-columns.ts';

export const run: Run = async (input, context) => {
  const format = readFormat(input);
  const { keys } = await withCapsule(input, context, (client) =>
    client.identity.keyList({}, { signal: context.signal }),
  );
  const listing = keyListing(context.now());
  await context.out.write(await renderListing(keys, listing, format, context.out));
  return undefined;
};
