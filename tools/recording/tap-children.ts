import childProcess, { type ChildProcess } from 'node:child_process';
import { syncBuiltinESMExports } from 'node:module';
import { basename } from 'node:path';
import { Keeper } from './keeper.ts';
import type { ProgramRow } from './row.ts';
import { tapReadable } from './tap-stream.ts';

/** Hands every run of `program` that this process starts to `write`, for programs without a tap of their own. */
export function tapChildren(program: string, write: (row: ProgramRow) => void): void {
  const spawn = childProcess.spawn as (...given: unknown[]) => ChildProcess;
  const tapped = (command: string, args: readonly string[], ...rest: unknown[]) => {
    const child = spawn(command, args, ...rest);
    if (basename(command) === program) tapChild(child, { program, args }, write);
    return child;
  };
  Object.assign(childProcess, { spawn: tapped });
  syncBuiltinESMExports();
}

function tapChild(
  child: ChildProcess,
  what: Pick<ProgramRow, 'program' | 'args'>,
  write: (row: ProgramRow) => void,
): void {
  const stdout = new Keeper();
  const stderr = new Keeper();
  if (child.stdout !== null) tapReadable(child.stdout, stdout);
  if (child.stderr !== null) tapReadable(child.stderr, stderr);
  child.once('close', (code) =>
    write({
      kind: 'program',
      ...what,
      exitCode: code ?? -1,
      isTerminal: false,
      stdout: stdout.kept,
      stderr: stderr.kept,
    }),
  );
}
