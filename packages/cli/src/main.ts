import type { Program } from './program/program.ts';
import { startProgram } from './start-program.ts';

/**
 * `main.ts PROGRAM WORD…`: all programs in one bundle, which stores once what they share. The launchers in `bin` and in
 * the rootfs give the first word.
 */
const PROGRAMS: Readonly<Record<string, () => Promise<Program>>> = {
  capsulectl: async () => (await import('./capsulectl/program.ts')).CAPSULECTL,
  kuke: async () => (await import('./kuke/program.ts')).KUKE,
};

void startNamed();

async function startNamed(): Promise<void> {
  const [, , name = '', ...words] = process.argv;
  const load = Object.hasOwn(PROGRAMS, name) ? PROGRAMS[name] : undefined;
  if (load === undefined) {
    const names = Object.keys(PROGRAMS).join(' or ');
    process.stderr.write(`error: the first word is the program: ${names}\n`);
    process.exitCode = 2;
    return;
  }
  startProgram(await load(), words, process);
}
