import type { Run } from '../../program/command.ts';
import { printLines } from '../../program/print-lines.ts';
import { readMebibytes } from '../argument/size.ts';
import { formatBytes } from '../render/bytes.ts';
import { retryWhileAway } from '../stream/retry-while-away.ts';
import { withCapsule } from '../target/with-capsule.ts';

export const run: Run = async (input, context) => {
  const [name = ''] = input.args;
  const size = input.text('size');
  const sizeMib = size === undefined ? 0n : readMebibytes(input, '--size', size);
  const { out, signal } = context;
  const { volume, wasThere } = await withCapsule(input, context, async (client) => {
    const list = () => client.volume.list({}, { signal });
    const { volumes } = await retryWhileAway(list, context);
    // The same request again is a success, so a lost answer is requested again.
    const made = await retryWhileAway(
      () => client.volume.create({ name, sizeMib }, { signal }),
      context,
    );
    return { volume: made, wasThere: volumes.some((one) => one.name === name) };
  });
  const word = wasThere ? 'already exists' : 'created';
  await printLines(out, `${name} ${word}, ${formatBytes(Number(volume.sizeBytes))}\n`);
  return undefined;
};
