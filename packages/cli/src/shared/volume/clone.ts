import { randomUUID } from 'node:crypto';
import type { Run } from '../../program/command.ts';
import { printLines } from '../../program/print-lines.ts';
import { formatBytes } from '../render/bytes.ts';
import { retryWhileAway } from '../stream/retry-while-away.ts';
import { withCapsule } from '../target/with-capsule.ts';
import { readVolumeName } from './volume-name.ts';

export const run: Run = async (input, context) => {
  const [source = '', newName = ''] = input.args;
  const { volume, snapshot = '' } = readVolumeName(input, source);
  const { out, signal } = context;
  // Chosen here: the same request again is a success, so a lost answer is requested again.
  const request = { volume, snapshot, newName, newUid: randomUUID() };
  const made = await withCapsule(input, context, (client) =>
    retryWhileAway(() => client.volume.clone(request, { signal }), context),
  );
  await printLines(
    out,
    `${newName} created from ${source}, ${formatBytes(Number(made.sizeBytes))}\n`,
  );
  return undefined;
};
