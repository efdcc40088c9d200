import { constants } from 'node:fs';
import { open } from 'node:fs/promises';

/** The first virtual terminal, where a person sees only the last text; then the serial line, if the kernel has one. */
const TERMINAL = '/dev/tty1';
const SERIAL = '/dev/console';
/** ECMA-48: the cursor to the corner, and the screen cleared from there. */
const CLEAR = '\u001b[H\u001b[2J';
/** A console that nobody reads must not hold the writer up, nor become the terminal of it. */
const FLAGS = constants.O_WRONLY | constants.O_NOCTTY | constants.O_NONBLOCK;

export interface Consoles {
  readonly terminal: string;
  readonly serial: string;
}

/** Shows a text on every console that the machine has. Fails if none of them takes it. */
export async function writeConsoles(
  text: string,
  { terminal, serial }: Consoles = { terminal: TERMINAL, serial: SERIAL },
): Promise<void> {
  const written = await Promise.allSettled([
    write(terminal, `${CLEAR}${text}`),
    write(serial, `\n${text}\n`),
  ]);
  const failures = written.filter(({ status }) => status === 'rejected');
  const [first] = failures;
  if (first?.status === 'rejected' && failures.length === written.length) throw first.reason;
}

/** Terminals end their lines with both characters. */
async function write(path: string, text: string): Promise<void> {
  await using file = await open(path, FLAGS);
  await file.writeFile(text.replaceAll('\n', '\r\n'));
}
