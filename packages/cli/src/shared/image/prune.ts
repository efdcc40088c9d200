import type { Run } from '../../program/command.ts';
import { printLines } from '../../program/print-lines.ts';
import { confirm, counted, isAsked } from '../confirm/confirm.ts';
import { formatBytes } from '../render/bytes.ts';
import { renderDocument } from '../render/documents.ts';
import { isData, readFormat } from '../render/format.ts';
import { withCapsule } from '../target/with-capsule.ts';
import { imageDocument } from './document.ts';
import { imageLoss } from './losses.ts';
import { imageRealm } from './realm-flag.ts';

export const run: Run = async (input, context) => {
  const format = readFormat(input);
  const dryRun = input.isOn('dryRun');
  const request = { all: input.isOn('all'), dryRun, realm: imageRealm(input) };
  const { signal } = context;
  const { images, kept, freedBytes } = await withCapsule(input, context, async (client) => {
    if (!dryRun && isAsked(input, context)) {
      const found = await client.image.prune({ ...request, dryRun: true }, { signal });
      const losses = found.images.map(imageLoss);
      await confirm({ losses, question: `Remove ${counted(losses.length, 'image')}?` }, context);
    }
    return client.image.prune(request, { signal });
  });
  const { out } = context;
  if (isData(format)) {
    const document = {
      images: images.map(imageDocument),
      kept: kept.map(imageDocument),
      freedBytes: Number(freedBytes),
    };
    await out.write(await renderDocument(format, document));
    return undefined;
  }
  const isShort = format.kind === 'name';
  const verb = dryRun ? 'would be removed' : 'removed';
  const lines = images.map(({ name }) => (isShort ? name : `${name} ${verb}`));
  if (!isShort) {
    lines.push(...kept.map(({ name }) => `${name} kept: it is new; --all also removes new images`));
    if (!dryRun) lines.push(`freed ${formatBytes(Number(freedBytes))}`);
    else if (images.length === 0) lines.push('nothing would be removed');
  }
  await printLines(out, lines.map((line) => `${line}\n`).join(''));
  return undefined;
};
