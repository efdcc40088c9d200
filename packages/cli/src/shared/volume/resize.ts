import type { Run } from '../../program/command.ts';
import { printLines } from '../../program/print-lines.ts';
import { readMebibytes } from '../argument/size.ts';
import { formatBytes } from '../render/bytes.ts';
import { retryWhileAway } from '../stream/retry-while-away.ts';
import { withCapsule } from '../target/with-capsule.ts';

export const run: Run = async (input, context) => {
  const [name = '', size = ''] = input.args;
  const newSizeMib = readMebibytes(input, 'the size', size);
  const { out, signal } = context;
  const volume = await withCapsule(input, context, (client) =>
    retryWhileAway(() => client.volume.resize({ name, newSizeMib }, { signal }), context),
  );
  await printLines(out, `${name} has ${formatBytes(Number(volume.sizeBytes))}\n`);
  return undefined;
};
