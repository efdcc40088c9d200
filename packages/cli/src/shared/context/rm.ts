import type { Run } from '../../program/command.ts';
import { printLines } from '../../program/print-lines.ts';
import { changeContexts } from '../operator/change-contexts.ts';
import { pickContext } from '../target/find-context.ts';

/** The capsule keeps the key, and this machine too: only the name, address and pin go. */
export const run: Run = async (input, context) => {
  await changeContexts(context, ({ before, remove, use }) => {
    for (const name of input.args) {
      remove(pickContext(name, before.contexts).name);
      if (before.current === name) use(undefined);
    }
  });
  for (const name of input.args) await printLines(context.out, `context ${name} removed\n`);
  return undefined;
};
