import { basename } from 'node:path';
import { Keeper } from './keeper.ts';
import type { ProgramRow } from './row.ts';
import { tapWritable } from './tap-stream.ts';

/** Hands what this process printed to `write`, when it ends by itself. */
export function tapOutput(write: (row: ProgramRow) => void): void {
  const stdout = new Keeper();
  const stderr = new Keeper();
  tapWritable(process.stdout, stdout);
  tapWritable(process.stderr, stderr);
  const [, script = '', ...args] = process.argv;
  process.once('exit', (exitCode) =>
    write({
      kind: 'program',
      program: basename(script, '.cjs'),
      args,
      exitCode,
      stdout: stdout.kept,
      stderr: stderr.kept,
      isTerminal: process.stdout.isTTY === true,
    }),
  );
}
