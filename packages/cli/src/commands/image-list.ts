import type { Image } from '@capsule/api';
import { describeImageReference } from '@capsule/core';
import type { Run } from '../command/command.ts';
import { formatAge } from '../render/age.ts';
import { formatBytes } from '../render/bytes.ts';
import { renderDocuments } from '../render/documents.ts';
import { readFormat } from '../render/format.ts';
import { imageDocument } from '../render/image-document.ts';
import { type Column, renderTable } from '../render/table.ts';
import { withCapsule } from '../target/with-capsule.ts';

export const run: Run = async (input, context) => {
  const format = readFormat(input);
  const images = await withCapsule(input, context, async (client) => {
    const answer = await client.image.list({}, { signal: context.signal });
    return answer.images;
  });
  const { columns, style } = context.out;
  if (format === 'name') await context.out.write(images.map(({ name }) => `${name}\n`).join(''));
  else if (format === 'json' || format === 'yaml') {
    await context.out.write(await renderDocuments(format, images.map(imageDocument)));
  } else {
    const isWide = format === 'wide';
    const table = renderTable(images, imageColumns(context.now(), isWide), {
      isWide,
      columns,
      style,
    });
    await context.out.write(table);
  }
  return undefined;
};

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
