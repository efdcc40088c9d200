import type { Lab } from '@capsule/testkit';
import { benchError } from '../errors.ts';

/** Runs one command of capsulectl. Throws if the command fails. */
export async function command(lab: Lab, ...words: readonly string[]): Promise<void> {
  const { exitCode, stderr } = await lab.capsulectl(...words);
  const name = words.slice(0, 2).join(' ');
  if (exitCode !== 0) throw benchError.COMMAND_FAILED({ command: name, said: stderr });
}
