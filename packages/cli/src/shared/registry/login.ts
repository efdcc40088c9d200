import type { Run } from '../../program/command.ts';
import { printLines } from '../../program/print-lines.ts';
import { withCapsule } from '../target/with-capsule.ts';
import { readSecret } from './read-secret.ts';

export const run: Run = async (input, context) => {
  const [name = ''] = input.args;
  const username = input.text('user');
  if (username === undefined) throw input.refuse('-u USER is missing');
  const secret = await readSecret(input, context, `Password of ${username} at ${name}: `);
  const noCheck = input.choice('check') === false;
  await withCapsule(input, context, (client) =>
    client.registry.login({ name, username, secret, noCheck }, { signal: context.signal }),
  );
  await printLines(context.out, `${username} is logged in to ${name}\n`);
  return undefined;
};
