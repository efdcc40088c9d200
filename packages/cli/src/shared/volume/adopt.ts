import type { Run } from '../../program/command.ts';
import { printLines } from '../../program/print-lines.ts';
import { retryWhileAway } from '../stream/retry-while-away.ts';
import { withCapsule } from '../target/with-capsule.ts';
import { readVolumeName } from './volume-name.ts';

export const run: Run = async (input, context) => {
  const [name = ''] = input.args;
  const { volume, snapshot } = readVolumeName(input, name);
  const { out, signal } = context;
  await withCapsule(input, context, (client) =>
    retryWhileAway(async () => {
      if (snapshot === undefined) await client.volume.adopt({ name: volume }, { signal });
      else await client.volume.adoptSnapshot({ volume, name: snapshot }, { signal });
    }, context),
  );
  await printLines(out, `${name} adopted\n`);
  return undefined;
};
