import type { ReportedWorkload } from '@capsule/api/wire';
import type { Run } from '../../program/command.ts';
import type { Context } from '../../program/context/context.ts';
import { plainText } from '../../program/plain-text.ts';
import { lastEvents } from '../event/last-events.ts';
import { renderDocuments } from '../render/documents.ts';
import { type Format, readFormat } from '../render/format.ts';
import { showOrWatch } from '../stream/show-or-watch.ts';
import { workloadDocument } from './document.ts';
import { readWorkload } from './read-workload.ts';
import { workloadStory } from './story.ts';

export const run: Run = async (input, context) => {
  const format = readFormat(input);
  const { program, now, signal } = context;
  await showOrWatch(input, context, async (client) => {
    const found = await Promise.all(
      input.args.map(async (name) => {
        const workload = readWorkload(await client.workload.get({ name }, { signal }), program);
        const events = await lastEvents(client, workload, context);
        return { workload, story: workloadStory(workload, events, { now: now(), program }) };
      }),
    );
    return render(found, format, context);
  });
  return undefined;
};

interface Told {
  readonly workload: ReportedWorkload;
  readonly story: readonly string[];
}

async function render(found: readonly Told[], format: Format, { out }: Context): Promise<string> {
  if (format === 'json' || format === 'yaml') {
    const documents = found.map(({ workload, story }) => ({
      ...workloadDocument(workload),
      story,
    }));
    return renderDocuments(format, documents);
  }
  const lines = found.map(({ workload, story }) =>
    format === 'name'
      ? `${workload.spec.name}\n`
      : story.map((text) => `${wrap(plainText(text), Math.min(out.columns, 80))}\n`).join(''),
  );
  return lines.join('\n');
}

/** Breaks at spaces; a word that is longer than a line stays whole. */
function wrap(text: string, columns: number): string {
  const lines: string[] = [''];
  for (const word of text.split(' ')) {
    const line = lines.at(-1) ?? '';
    if (line !== '' && line.length + 1 + word.length > columns) lines.push(word);
    else lines[lines.length - 1] = line === '' ? word : `${line} ${word}`;
  }
  return lines.join('\n');
}
