import { isClaimCode } from '@capsule/core';
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
  if (given !== undefined) return checked(given, input);
  if (terminal === undefined) {
    throw input.refuse('there is no terminal to ask for the code', 'pass it with --code CODE');
  }
  const code = await prompt.ask('Code on the console of the capsule: ');
  return checked(code, input);
}

/** A code that cannot be one costs none of the few tries. */
function checked(text: string, input: Input): string {
  if (text.trim() === '') throw input.refuse('the code is empty');
  if (isClaimCode(text)) return text;
  throw input.refuse(
    `${JSON.stringify(text)} cannot be a code`,
    'a code is like ABCD-2345: eight letters and digits, and never 0, 1, I, L, O or U',
  );
}
