import type { Context } from '../../program/context/context.ts';
import type { Input } from '../../program/input.ts';
import type { Prompt } from '../confirm/prompt.ts';

/** The code on the capsule's console. It is worthless after the adoption, so it may be shown. Fails with `CLI_USAGE`. */
export async function readCode(
  input: Input,
  prompt: Prompt,
  { terminal }: Context,
): Promise<string> {
  const given = input.text('code');
  if (given !== undefined) return given;
  if (terminal === undefined) {
    throw input.refuse('there is no terminal to ask for the code', 'pass it with --code CODE');
  }
  const code = await prompt.ask('Code on the console of the capsule: ');
  if (code === '') throw input.refuse('no code was typed');
  return code;
}
