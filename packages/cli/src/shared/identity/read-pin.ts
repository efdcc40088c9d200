import { parseFingerprint } from '@capsule/api/remote';
import { type Address, formatAddress } from '@capsule/api/wire';
import { fingerprintRows } from '@capsule/core';
import { cliError } from '../../errors.ts';
import type { Context } from '../../program/context/context.ts';
import type { Input } from '../../program/input.ts';
import { isAsked } from '../confirm/confirm.ts';
import type { Prompt } from '../confirm/prompt.ts';

interface Pin {
  readonly input: Input;
  readonly prompt: Prompt;
  readonly address: Address;
  /** Of the machine that answered. */
  readonly fingerprint: string;
}

/**
 * Has the operator compare the fingerprint, or compares it with `--fingerprint`. Fails with `CLI_FINGERPRINT_DIFFERS`,
 * `CLI_NOT_CONFIRMED`, `CLI_USAGE`.
 */
export async function readPin(
  { input, prompt, address, fingerprint }: Pin,
  context: Context,
): Promise<void> {
  const text = input.text('fingerprint');
  if (text !== undefined) {
    const expected = parseFingerprint(text);
    if (expected === undefined) {
      throw input.refuse('--fingerprint takes the 32 bytes of a SHA-256, in hexadecimal');
    }
    if (expected === fingerprint) return;
    const facts = { address: formatAddress(address), expected, fingerprint };
    throw cliError.FINGERPRINT_DIFFERS(facts);
  }
  await context.err.write(
    `Fingerprint of ${formatAddress(address)} (SHA-256):\n${fingerprintRows(fingerprint)
      .map((row) => `  ${row}\n`)
      .join('')}`,
  );
  if (input.isOn('yes')) return;
  if (!isAsked(input, context)) {
    throw input.refuse(
      'there is no terminal to ask on',
      'compare the fingerprint, then pass it with --fingerprint, or trust it with --yes',
    );
  }
  await context.err.write('Compare it with the fingerprint on the console of the capsule.\n');
  const answer = await prompt.ask('Is it the same? [y/N] ');
  if (!/^y(es)?$/i.test(answer)) throw cliError.NOT_CONFIRMED({});
}
