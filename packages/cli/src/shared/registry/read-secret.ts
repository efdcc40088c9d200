import type { Context } from '../../program/context/context.ts';
import { Interruption } from '../../program/context/interruption.ts';
import type { Input } from '../../program/input.ts';
import { readLine } from '../file/read-line.ts';

export const PASSWORD_FLAG = {
  flags: '--password-stdin',
  summary: 'read the password from standard input',
} as const;

const MOST_BYTES = 16 * 1024;
const CTRL_C = 0x03;
const CTRL_D = 0x04;
const BACKSPACES = [0x08, 0x7f];
const LINE_ENDS = [0x0a, 0x0d];

/**
 * A secret that is never an argument, since those are for everybody to read: typed at a terminal, where it
 * is not shown, or the first line of the input with `--password-stdin`. Fails with `CLI_USAGE`.
 */
export async function readSecret(input: Input, context: Context, prompt: string): Promise<string> {
  if (input.isOn('passwordStdin')) return readLine(context.stdin);
  const { terminal, err, stdin } = context;
  if (terminal === undefined) {
    throw input.refuse(
      'there is no terminal to ask for the password',
      'pass it with --password-stdin',
    );
  }
  // Before the prompt: the terminal must not show an immediate answer.
  using _raw = terminal.raw();
  try {
    await err.write(prompt);
    return await readTyped(stdin);
  } finally {
    await err.write('\r\n');
  }
}

async function readTyped(stdin: AsyncIterable<Uint8Array>): Promise<string> {
  const typed: number[] = [];
  for await (const chunk of stdin) {
    for (const byte of chunk) {
      if (byte === CTRL_C) throw new Interruption('SIGINT');
      if (LINE_ENDS.includes(byte) || byte === CTRL_D) return Buffer.from(typed).toString('utf8');
      if (BACKSPACES.includes(byte)) removeLast(typed);
      else if (typed.length < MOST_BYTES) typed.push(byte);
    }
  }
  return Buffer.from(typed).toString('utf8');
}

/** One letter, of as many bytes as UTF-8 has for it. */
function removeLast(typed: number[]): void {
  for (;;) {
    const byte = typed.pop();
    if (byte === undefined || (byte & 0xc0) !== 0x80) return;
  }
}
