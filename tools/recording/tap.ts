/**
 * Loaded into a process before its own program, by `NODE_OPTIONS` of `tools/record.ts`: writes each answer that a test
 * file or one of our programs gets of a capsule to the file that CAPSULE_RECORDING names. Neither knows of it.
 */
import { appendFileSync } from 'node:fs';
import type { Row } from './row.ts';
import { tapCalls } from './tap-calls.ts';
import { tapChildren } from './tap-children.ts';
import { tapOutput } from './tap-output.ts';

const file = process.env['CAPSULE_RECORDING'];
const program = process.argv[1] ?? '';
const isOurs = program.endsWith('/cli.cjs');

if (file !== undefined && (isOurs || program.endsWith('.test.ts'))) {
  // At once, as a process may be about to end, and in one piece, as several write.
  const write = (row: Row) => appendFileSync(file, `${JSON.stringify(row)}\n`);
  tapCalls(write);
  if (isOurs) tapOutput(write);
  else tapChildren('buf', write);
}
