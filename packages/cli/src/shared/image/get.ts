import type { Image } from '@capsule/api/wire';
import type { Run } from '../../program/command.ts';
import { formatAge } from '../render/age.ts';
import { formatBytes } from '../render/bytes.ts';
import { renderDetails } from '../render/details.ts';
import { renderDocument } from '../render/documents.ts';
import { isData, readFormat } from '../render/format.ts';
import { withCapsule } from '../target/with-capsule.ts';
import { imageDocument } from './document.ts';
import { imageRealm } from './realm-flag.ts';

export const run: Run = async (input, context) => {
  const [name = ''] = input.args;
  const format = readFormat(input);
  const { out, now, signal } = context;
  const answer = await withCapsule(input, context, (client) =>
    client.image.get({ name, realm: imageRealm(input) }, { signal }),
  );
  const { image, $typeName: _type, $unknown: _unknown, ...config } = answer;
  if (image === undefined) return undefined;
  if (format.kind === 'name') await out.write(`${image.name}\n`);
  else if (isData(format)) {
    await out.write(await renderDocument(format, { ...imageDocument(image), ...config }));
  } else {
    const updatedAt = Number(image.createdUnix) * 1000;
    const details = renderDetails(
      [
        ['Name', image.name],
        ['Digest', image.digest],
        ['Size', formatBytes(Number(image.sizeBytes))],
        ['Updated', `${new Date(updatedAt).toISOString()} (${formatAge(updatedAt, now())} ago)`],
        ['Used by', usersOf(image)],
        ['Entrypoint', words(config.entrypoint)],
        ['Cmd', words(config.cmd)],
        ['Env', config.env],
        ['Directory', config.workingDir],
        ['User', config.user || 'root'],
        ['Stop signal', config.stopSignal || 'SIGTERM'],
        ['Layers', config.layers],
      ],
      out,
    );
    await out.write(details);
  }
  return undefined;
};

function words(list: readonly string[]): string | undefined {
  return list.length === 0 ? undefined : JSON.stringify(list);
}

function usersOf({ usedBy, usedByUnknown }: Image): string | readonly string[] {
  if (usedByUnknown) return 'unknown: the store cannot be read';
  return usedBy.length === 0 ? 'none' : usedBy;
}
