import type { Run } from '../../program/command.ts';
import { printLines } from '../../program/print-lines.ts';
import { withCapsule } from '../target/with-capsule.ts';
import { readVolumeName } from './volume-name.ts';

export const run: Run = async (input, context) => {
  const { volume, snapshot = '' } = readVolumeName(input, input.args[0] ?? '');
  const { out, signal } = context;
  const taken = await withCapsule(input, context, (client) =>
    client.volume.takeSnapshot({ volume, name: snapshot }, { signal }),
  );
  await printLines(out, `${taken.volume}@${taken.name} taken\n`);
  return undefined;
};
