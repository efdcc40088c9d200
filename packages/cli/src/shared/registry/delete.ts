import { cliError } from '../../errors.ts';
import type { Run } from '../../program/command.ts';
import { printErrors } from '../../program/print-errors.ts';
import { withCapsule } from '../target/with-capsule.ts';

export const run: Run = async (input, context) => {
  const { signal, out } = context;
  const errors: unknown[] = [];
  await withCapsule(input, context, async (client) => {
    for (const name of new Set(input.args)) {
      const { existed } = await client.registry.delete({ name }, { signal });
      if (existed) await out.write(`${name} deleted\n`);
      else errors.push(cliError.REGISTRY_MISSING({ name }));
    }
  });
  return printErrors(errors, input, context);
};
