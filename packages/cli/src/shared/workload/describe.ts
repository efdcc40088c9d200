import type { ReportedWorkload } from '@capsule/api/wire';
import { plainText, wrapText } from '@capsule/core';
import type { Run } from '../../program/command.ts';
import type { Context } from '../../program/context/context.ts';
import type { Output } from '../../program/context/output.ts';
import { lastEvents } from '../event/last-events.ts';
import { renderDocuments } from '../render/documents.ts';
import { type Format, isData, readFormat } from '../render/format.ts';
import { showOrWatch } from '../stream/show-or-watch.ts';
import { workloadDocument } from './document.ts';
import { readWorkload } from './read-workload.ts';
import { workloadStory } from './story.ts';

const READABLE_COLUMNS = 80;

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
  if (isData(format)) {
    const documents = found.map(({ workload, story }) => ({
      ...workloadDocument(workload),
      story,
    }));
    return renderDocuments(format, documents);
  }
  const lines = found.map(({ workload, story }) =>
    format.kind === 'name'
      ? `${workload.spec.name}\n`
      : story.map((text) => `${paragraph(text, out)}\n`).join(''),
  );
  return lines.join('\n');
}

/** At most as wide as one reads with ease. */
function paragraph(text: string, { columns }: Output): string {
  return wrapText(plainText(text), Math.min(columns, READABLE_COLUMNS)).join('\n');
}
