import type { Run } from '../../program/command.ts';
import type { SavedContext } from '../../program/context/capsule-target.ts';
import { readContexts } from '../operator/read-contexts.ts';
import { readFormat } from '../render/format.ts';
import { type Listing, renderListing } from '../render/listing.ts';
import { noteVariable } from './note-variable.ts';

export const run: Run = async (input, context) => {
  const format = readFormat(input);
  const { current, contexts } = await readContexts(context);
  await context.out.write(await renderListing(contexts, listing(current), format, context.out));
  if (contexts.length > 0 && context.env['CAPSULE_HOST'] !== current) await noteVariable(context);
  return undefined;
};

const SHORT_ID = 8;

function listing(current: string | undefined): Listing<SavedContext> {
  return {
    nameOf: ({ name }) => name,
    documentOf: ({ name, ...fields }) => ({ name, isCurrent: name === current, ...fields }),
    columns: [
      { title: 'CURRENT', cell: ({ name }) => (name === current ? '*' : '') },
      { title: 'NAME', cell: ({ name }) => name, shrinksTo: 12 },
      { title: 'ADDRESS', cell: ({ addr }) => addr, shrinksTo: 16 },
      { title: 'CAPSULE', cell: ({ capsuleId }) => capsuleId.slice(0, SHORT_ID) },
      { title: 'FINGERPRINT', cell: ({ fingerprint }) => fingerprint, isWide: true },
      { title: 'KEY FILE', cell: ({ keyPath }) => keyPath, isWide: true },
    ],
  };
}
