import type { Run } from '../../program/command.ts';
import { withCapsule } from '../target/with-capsule.ts';

export const run: Run = async (input, context) => {
  const [name = ''] = input.args;
  const { existed } = await withCapsule(input, context, (client) =>
    client.registry.logout({ name }, { signal: context.signal }),
  );
  await context.out.write(existed ? `logged out of ${name}\n` : `there is no login to ${name}\n`);
  return undefined;
};
