import { startupSnapshot } from 'node:v8';
import { CAPSULECTL } from './capsulectl/program.ts';
import { KUKE } from './kuke/program.ts';
import type { Program } from './program/program.ts';
import { startProgram } from './start-program.ts';

/**
 * `main.ts PROGRAM WORD…`: all programs in one file, which loads and stores once what they share. The launchers in `bin`
 * and in the rootfs give the first word.
 */
const PROGRAMS: readonly [Program, ...Program[]] = [CAPSULECTL, KUKE];

if (startupSnapshot.isBuildingSnapshot()) {
  // The heap that this leaves is kept, and each start goes on from there: with the client, which takes longest to load.
  startupSnapshot.setDeserializeMainFunction(startNamed);
  void import('@capsule/api/node');
} else {
  startNamed();
}

function startNamed(): void {
  const [, , name, ...words] = process.argv;
  const program = PROGRAMS.find((known) => known.name === name);
  if (program === undefined) {
    const names = PROGRAMS.map((known) => known.name).join(' or ');
    process.stderr.write(`error: the first word is the program: ${names}\n`);
    process.exitCode = 2;
    return;
  }
  startProgram(program, words, process);
}
