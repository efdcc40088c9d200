import type { Image } from '@capsule/api/wire';
import { describeImageReference } from '@capsule/core';
import type { Run } from '../../program/command.ts';
import type { Context } from '../../program/context/context.ts';
import { formatAge } from '../render/age.ts';
import { formatBytes } from '../render/bytes.ts';
import { type Format, readFormat } from '../render/format.ts';
import { type Listing, renderListing } from '../render/listing.ts';
import type { Column } from '../render/table.ts';
import { showOrWatch } from '../stream/show-or-watch.ts';
import { imageDocument } from './document.ts';
import { imageRealm } from './realm-flag.ts';

export const run: Run = async (input, context) => {
  const format = readFormat(input);
  await showOrWatch(input, context, async (client) => {
    const { images } = await client.image.list(
      { realm: imageRealm(input) },
      { signal: context.signal },
    );
    return render(images, format, context);
  });
  return undefined;
};

function render(images: readonly Image[], format: Format, { out, now }: Context) {
  const isWide = format.kind === 'table' && format.isWide;
  const listing: Listing<Image> = {
    nameOf: ({ name }) => name,
    documentOf: imageDocument,
    columns: imageColumns(now(), isWide),
  };
  return renderListing(images, listing, format, out);
}

const DIGEST_COLUMNS = 'sha256:'.length + 12;

function imageColumns(now: number, isWide: boolean): readonly Column<Image>[] {
  return [
    {
      title: 'IMAGE',
      cell: ({ name }) => (isWide ? name : describeImageReference(name)),
      shrinksTo: 20,
    },
    { title: 'DIGEST', cell: ({ digest }) => (isWide ? digest : digest.slice(0, DIGEST_COLUMNS)) },
    { title: 'SIZE', cell: ({ sizeBytes }) => formatBytes(Number(sizeBytes)) },
    { title: 'UPDATED', cell: ({ createdUnix }) => formatAge(Number(createdUnix) * 1000, now) },
    { title: 'USED BY', cell: usersOf, shrinksTo: 8 },
  ];
}

function usersOf({ usedBy, usedByUnknown }: Image): string {
  return usedByUnknown ? 'unknown' : usedBy.join(',') || '-';
}
