/**
 * `node tools/compare-recordings.ts BEFORE… -- AFTER…`: prints the answers that the recordings of one state of the code
 * have, and those of another do not. Exits with 1 when there are any. See `tools/record.ts`.
 */
import { compareRecordings, filesOfSome } from './recording/compare.ts';
import { readRecording } from './recording/read-recording.ts';

const folders = process.argv.slice(2);
const middle = folders.indexOf('--');
if (middle < 1 || middle === folders.length - 1) {
  process.stderr.write('node tools/compare-recordings.ts BEFORE… -- AFTER…\n');
  process.exit(2);
}

const read = (some: readonly string[]) => Promise.all(some.map(readRecording));
const before = await read(folders.slice(0, middle));
const after = await read(folders.slice(middle + 1));
const say = (text: string) => void process.stdout.write(`${text}\n`);
for (const file of filesOfSome([...before, ...after])) say(`== ${file}: not in every recording`);
for (const { file, lost, added } of compareRecordings(before, after)) {
  say(`== ${file}: ${lost.length} lost, ${added.length} added`);
  for (const answer of lost) say(answer.replace(/^/gm, '- '));
  for (const answer of added) say(answer.replace(/^/gm, '+ '));
  process.exitCode = 1;
}
