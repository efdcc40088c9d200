import type { Run } from '../command/command.ts';
import { retryAway } from '../stream/retry-away.ts';
import { withCapsule } from '../target/with-capsule.ts';

export const run: Run = async (input, context) => {
  const [name = ''] = input.args;
  const { out, signal } = context;
  await withCapsule(input, context, (client) =>
    retryAway(() => client.volume.adopt({ name }, { signal }), context),
  );
  await out.write(`${name} adopted\n`);
  return undefined;
};
