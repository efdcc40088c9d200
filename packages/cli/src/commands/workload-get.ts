import { type ReportedWorkload, workloadFromProto } from '@capsule/api';
import type { Run } from '../command/command.ts';
import type { Context } from '../context/context.ts';
import { renderDetails } from '../render/details.ts';
import { renderDocument, renderDocuments } from '../render/documents.ts';
import { type Format, readFormat } from '../render/format.ts';
import { renderTable } from '../render/table.ts';
import { workloadColumns } from '../render/workload-columns.ts';
import { workloadDetails } from '../render/workload-details.ts';
import { workloadDocument } from '../render/workload-document.ts';
import { withCapsule } from '../target/with-capsule.ts';

export const run: Run = async (input, context) => {
  const format = readFormat(input);
  const workloads = await withCapsule(input, context, (client) =>
    Promise.all(
      input.args.map(async (name) =>
        workloadFromProto(await client.workload.get({ name }, { signal: context.signal })),
      ),
    ),
  );
  await context.out.write(await render(format, workloads, context));
  return undefined;
};

async function render(
  format: Format,
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
    case 'table':
      return workloads
        .map((workload) => renderDetails(workloadDetails(workload, now()), out.style))
        .join('\n');
  }
}
