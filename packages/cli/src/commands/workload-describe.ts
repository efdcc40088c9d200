import { type ReportedWorkload, workloadFromProto } from '@capsule/api';
import type { Run } from '../command/command.ts';
import type { Context } from '../context/context.ts';
import { renderDocuments } from '../render/documents.ts';
import { type Format, readFormat } from '../render/format.ts';
import { plainText } from '../render/plain-text.ts';
import { workloadDocument } from '../render/workload-document.ts';
import { tellWorkload } from '../render/workload-story.ts';
import { lastEvents } from '../stream/last-events.ts';
import { showOrWatch } from '../stream/show-or-watch.ts';

export const run: Run = async (input, context) => {
  const format = readFormat(input);
  const { now, signal } = context;
  await showOrWatch(input, context, async (client) => {
    const found = await Promise.all(
      input.args.map(async (name) => {
        const workload = workloadFromProto(await client.workload.get({ name }, { signal }));
        const events = await lastEvents(client, workload, signal);
        return { workload, story: tellWorkload(workload, events, now()) };
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
