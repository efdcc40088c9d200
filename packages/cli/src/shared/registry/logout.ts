import type { Run } from '../../program/command.ts';
import { confirm, isAsked } from '../confirm/confirm.ts';
import { withCapsule } from '../target/with-capsule.ts';
import { loginLosses } from './losses.ts';

export const run: Run = async (input, context) => {
  const [name = ''] = input.args;
  const { signal } = context;
  const { existed } = await withCapsule(input, context, async (client) => {
    if (isAsked(input, context)) {
      const losses = await loginLosses(client, name, signal);
      await confirm({ losses, question: 'Remove this login?' }, context);
    }
    return client.registry.logout({ name }, { signal });
  });
  await context.out.write(existed ? `logged out of ${name}\n` : `there is no login to ${name}\n`);
  return undefined;
};
