import { cliError } from '../../errors.ts';
import type { Run } from '../../program/command.ts';
import { printErrors } from '../../program/print-errors.ts';
import { printLines } from '../../program/print-lines.ts';
import { confirm, isAsked } from '../confirm/confirm.ts';
import { withCapsule } from '../target/with-capsule.ts';
import { declarationLosses } from './losses.ts';

export const run: Run = async (input, context) => {
  const { signal, out } = context;
  const errors: unknown[] = [];
  await withCapsule(input, context, async (client) => {
    const names = [...new Set(input.args)];
    if (isAsked(input, context)) {
      const losses = await declarationLosses(client, names, signal);
      await confirm({ losses, question: 'Delete this permanently?' }, context);
    }
    for (const name of names) {
      const { existed } = await client.registry.delete({ name }, { signal });
      if (existed) await printLines(out, `${name} deleted\n`);
      else errors.push(cliError.REGISTRY_MISSING({ name }));
    }
  });
  return printErrors(errors, input, context);
};
