import type { Event, ReportedWorkload } from '@capsule/api/wire';
import type { Run } from '../../program/command.ts';
import type { Context } from '../../program/context/context.ts';
import { eventColumns } from '../event/columns.ts';
import { lastEvents } from '../event/last-events.ts';
import { renderDetails } from '../render/details.ts';
import { renderDocument, renderDocuments } from '../render/documents.ts';
import { type Format, readFormat } from '../render/format.ts';
import { renderTable } from '../render/table.ts';
import { showOrWatch } from '../stream/show-or-watch.ts';
import { workloadColumns } from './columns.ts';
import { workloadDetails } from './details.ts';
import { workloadDocument } from './document.ts';
import { readWorkload } from './read-workload.ts';

export const run: Run = async (input, context) => {
  const format = readFormat(input);
  await showOrWatch(input, context, async (client) => {
    const { program, signal } = context;
    const found = await Promise.all(
      input.args.map(async (name) => {
        const workload = readWorkload(await client.workload.get({ name }, { signal }), program);
        const hasEvents = format === 'table';
        return { workload, events: hasEvents ? await lastEvents(client, workload, context) : [] };
      }),
    );
    if (format === 'table') {
      return found.map(({ workload, events }) => page(workload, events, context)).join('\n');
    }
    return render(
      format,
      found.map(({ workload }) => workload),
      context,
    );
  });
  return undefined;
};

function page(workload: ReportedWorkload, events: readonly Event[], { out, now }: Context): string {
  const facts = renderDetails(workloadDetails(workload, now()), out.style);
  if (events.length === 0) return facts;
  const columns = eventColumns(now()).filter(({ title }) => title !== 'WORKLOAD');
  const look = { isWide: false, columns: out.columns, style: out.style };
  return `${facts}\n${renderTable(events, columns, look)}`;
}

async function render(
  format: Exclude<Format, 'table'>,
  workloads: readonly ReportedWorkload[],
  { out, now }: Context,
): Promise<string> {
  const [first, ...others] = workloads;
  switch (format) {
    case 'name':
      return workloads.map(({ spec }) => `${spec.name}\n`).join('');
    case 'json':
    case 'yaml':
      return first !== undefined && others.length === 0
        ? renderDocument(format, workloadDocument(first))
        : renderDocuments(format, workloads.map(workloadDocument));
    case 'wide': {
      const look = { isWide: true, columns: out.columns, style: out.style };
      return renderTable(workloads, workloadColumns(now()), look);
    }
  }
}
