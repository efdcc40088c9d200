import { readdir, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { describeCall } from './describe-call.ts';
import { describeRun } from './describe-run.ts';
import { normalise } from './normalise.ts';
import type { Row } from './row.ts';

/** The distinct answers that one test file got. */
export type Answers = ReadonlySet<string>;

/** Answers by test file. */
export type Recording = ReadonlyMap<string, Answers>;

export async function readRecording(folder: string): Promise<Recording> {
  const files = (await readdir(folder)).filter((name) => name.endsWith('.jsonl')).sort();
  const read = files.map(
    async (file) =>
      [basename(file, '.jsonl'), readAnswers(await readFile(join(folder, file), 'utf8'))] as const,
  );
  return new Map(await Promise.all(read));
}

/** From the text of a recorded file. */
export function readAnswers(lines: string): Answers {
  const rows = lines.trimEnd().split('\n');
  return new Set(rows.flatMap((line) => describe(JSON.parse(line) as Row)).map(normalise));
}

function describe(row: Row): readonly string[] {
  return row.kind === 'call' ? describeCall(row) : describeRun(row);
}
