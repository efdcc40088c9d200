/**
 * `npm run updates -- [--only CLASS,CLASS…]`: gives a machine every kind of bad update, and sees it end on the slot that it
 * had, with the reason and the log of the failed boots in its history. Prints a table; ends with 1 if a class does not end
 * so, and goes on with a new machine. The console of a machine that failed is in the folder for temporary files.
 */
import { writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { BAD_UPDATES, type BadUpdate } from './bad-updates.ts';
import { UpdatedMachine } from './updated-machine.ts';

const { values } = parseArgs({ options: { only: { type: 'string', default: '' } } });
const only = values.only.split(',').filter(Boolean);
let left = BAD_UPDATES.filter(({ name }) => only.length === 0 || only.includes(name));

/** Columns of the table, with their widths. */
const WIDTHS = [20, 11, 6, 8, 9];
const row = (cells: readonly string[]) => {
  const padded = cells.map((cell, index) => cell.padEnd(WIDTHS[index] ?? 0));
  process.stdout.write(`${padded.join('  ').trimEnd()}\n`);
};

row(['class', 'end', 'slot', 'seconds', 'log', 'reason']);
while (left.length > 0) {
  await using machine = await UpdatedMachine.start();
  left = await runUntilFailure(machine, left);
}

/** Returns the classes that are still to come. */
async function runUntilFailure(
  machine: UpdatedMachine,
  classes: readonly BadUpdate[],
): Promise<BadUpdate[]> {
  for (const [index, bad] of classes.entries()) {
    try {
      const { end, slot, seconds, logLines, reason } = await bad.run(machine);
      row([bad.name, end, slot, `${Math.round(seconds)}`, `${logLines} lines`, reason]);
    } catch (error) {
      process.exitCode = 1;
      row([bad.name, 'NOT HELD', '-', '-', '-', String(error).split('\n')[0] ?? '']);
      process.stderr.write(`${(error as Error).stack}\n`);
      const console = join(tmpdir(), `capsule-updates-${bad.name.replaceAll(' ', '-')}.log`);
      await writeFile(console, machine.screen.text);
      return classes.slice(index + 1);
    }
  }
  return [];
}
