import type { Run } from '../../program/command.ts';
import { printLines } from '../../program/print-lines.ts';
import { changeContexts } from '../operator/change-contexts.ts';
import { pickContext } from '../target/find-context.ts';
import { noteVariable } from './note-variable.ts';

export const run: Run = async (input, context) => {
  const [name = ''] = input.args;
  await changeContexts(context, ({ before, use }) => use(pickContext(name, before.contexts).name));
  await printLines(context.out, `${name} is the current context\n`);
  if (context.env['CAPSULE_HOST'] !== name) await noteVariable(context);
  return undefined;
};
