import type { Run } from '../../program/command.ts';
import { printLines } from '../../program/print-lines.ts';
import { withCapsule } from '../target/with-capsule.ts';

export const run: Run = async (input, context) => {
  const { out, signal } = context;
  const answer = await withCapsule(input, context, (client) =>
    client.capsule.updateConfirm({}, { signal }),
  );
  const { committedSlot, committedVersion } = answer;
  await printLines(out, `version ${committedVersion} in ${committedSlot} is permanent\n`);
  return undefined;
};
