import type { Run } from '../../program/command.ts';
import { SHELLS, shellScript } from './shell-scripts.ts';

export const run: Run = async (input, context) => {
  const [name = ''] = input.args;
  const shell = SHELLS.find((known) => known === name);
  if (shell === undefined)
    throw input.refuse(`there is no completion for ${name}`, SHELLS.join(', '));
  await context.out.write(shellScript(shell, context.program.name));
  return undefined;
};
