/**
 * `npm run updates -- [--only CLASS,CLASS…]`: gives one machine every kind of bad update, and sees it end on the slot that
 * it had, with the reason and the log of the failed boots in its history. Prints a table; ends with 1 if a class does not
 * end so.
 */
import { parseArgs } from 'node:util';
import { BAD_UPDATES } from './bad-updates.ts';
import { UpdatedMachine } from './updated-machine.ts';

const { values } = parseArgs({ options: { only: { type: 'string', default: '' } } });
const only = values.only.split(',').filter(Boolean);
const classes = BAD_UPDATES.filter(({ name }) => only.length === 0 || only.includes(name));

/** Columns of the table, with their widths. */
const WIDTHS = [22, 12, 8, 8, 8];
const row = (cells: readonly string[]) =>
  void process.stdout.write(
    `${cells.map((cell, index) => cell.padEnd(WIDTHS[index] ?? 0)).join('  ')}\n`,
  );

await using machine = await UpdatedMachine.start();
row(['class', 'end', 'slot', 'seconds', 'log', 'reason']);
for (const bad of classes) {
  try {
    const { end, slot, seconds, logLines, reason } = await bad.run(machine);
    row([bad.name, end, slot, String(Math.round(seconds)), `${logLines} lines`, reason]);
  } catch (error) {
    process.exitCode = 1;
    row([bad.name, 'NOT HELD', '', '', '', String(error)]);
    process.stderr.write(`${(error as Error).stack}\n${machine.screen.tail()}\n`);
    break;
  }
}
