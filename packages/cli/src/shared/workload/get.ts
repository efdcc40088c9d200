import type { Event, ReportedWorkload } from '@capsule/api/wire';
import type { Run } from '../../program/command.ts';
import type { Context } from '../../program/context/context.ts';
import { eventColumns } from '../event/columns.ts';
import { lastEvents } from '../event/last-events.ts';
import { renderDetails } from '../render/details.ts';
import { renderDocument } from '../render/documents.ts';
import { type Format, isData, readFormat } from '../render/format.ts';
import { renderListing } from '../render/listing.ts';
import { renderTable } from '../render/table.ts';
import { showOrWatch } from '../stream/show-or-watch.ts';
import { workloadListing } from './columns.ts';
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
        const hasEvents = format.kind === 'table' && !format.isWide;
        return { workload, events: hasEvents ? await lastEvents(client, workload, context) : [] };
      }),
    );
    if (format.kind === 'table' && !format.isWide) {
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
  const facts = renderDetails(workloadDetails(workload, now()), out);
  if (events.length === 0) return facts;
  const columns = eventColumns(now()).filter(({ title }) => title !== 'WORKLOAD');
  const format = { kind: 'table', isWide: false, hasTitles: true } as const;
  return `${facts}\n${renderTable(events, columns, format, out)}`;
}

function render(
  format: Format,
  workloads: readonly ReportedWorkload[],
  { out, now }: Context,
): Promise<string> {
  const [first, ...others] = workloads;
  return first !== undefined && others.length === 0 && isData(format)
    ? renderDocument(format, workloadDocument(first))
    : renderListing(workloads, workloadListing(now()), format, out);
}
