import type { Image } from '@capsule/api/wire';
import { describeImageReference } from '@capsule/core';
import type { Run } from '../../program/command.ts';
import type { Context } from '../../program/context/context.ts';
import { formatAge } from '../render/age.ts';
import { formatBytes } from '../render/bytes.ts';
import { renderDocuments } from '../render/documents.ts';
import { type Format, readFormat } from '../render/format.ts';
import { type Column, renderTable } from '../render/table.ts';
import { showOrWatch } from '../stream/show-or-watch.ts';
import { imageDocument } from './document.ts';

export const run: Run = async (input, context) => {
  const format = readFormat(input);
  await showOrWatch(input, context, async (client) => {
    const { images } = await client.image.list({}, { signal: context.signal });
    return render(images, format, context);
  });
  return undefined;
};

async function render(images: readonly Image[], format: Format, { out, now }: Context) {
  if (format === 'name') return images.map(({ name }) => `${name}\n`).join('');
  if (format === 'json' || format === 'yaml') {
    return renderDocuments(format, images.map(imageDocument));
  }
  const isWide = format === 'wide';
  const look = { isWide, columns: out.columns, style: out.style };
  return renderTable(images, imageColumns(now(), isWide), look);
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
