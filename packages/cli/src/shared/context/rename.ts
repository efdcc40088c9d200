import { cliError } from '../../errors.ts';
import type { Run } from '../../program/command.ts';
import { printLines } from '../../program/print-lines.ts';
import { changeContexts, requireContextName } from '../operator/change-contexts.ts';
import { pickContext } from '../target/find-context.ts';

export const run: Run = async (input, context) => {
  const [from = '', to = ''] = input.args;
  const name = requireContextName(to);
  await changeContexts(context, ({ before, rename }) => {
    pickContext(from, before.contexts);
    if (before.contexts.some((one) => one.name === name)) throw cliError.CONTEXT_EXISTS({ name });
    rename(from, name);
  });
  await printLines(context.out, `context ${from} is ${name} now\n`);
  return undefined;
};
