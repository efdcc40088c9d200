import { type ReportedWorkload, workloadFromProto } from '@capsule/api';
import type { Run } from '../command/command.ts';
import type { Context } from '../context/context.ts';
import { renderDocuments } from '../render/documents.ts';
import { type Format, readFormat } from '../render/format.ts';
import { renderTable } from '../render/table.ts';
import { workloadColumns } from '../render/workload-columns.ts';
import { workloadDocument } from '../render/workload-document.ts';
import { withCapsule } from '../target/with-capsule.ts';

export const run: Run = async (input, context) => {
  const format = readFormat(input);
  const workloads = await withCapsule(input, context, async (client) => {
    const { workloads } = await client.workload.list({}, { signal: context.signal });
    return workloads.map(workloadFromProto);
  });
  await context.out.write(await render(format, workloads, context));
  if (workloads.length === 0 && format === 'table') await tellNone(context);
  return undefined;
};

async function render(
  format: Format,
  workloads: readonly ReportedWorkload[],
  context: Context,
): Promise<string> {
  switch (format) {
    case 'name':
      return workloads.map(({ spec }) => `${spec.name}\n`).join('');
    case 'json':
    case 'yaml':
      return renderDocuments(format, workloads.map(workloadDocument));
    default: {
      const { columns, style } = context.out;
      const look = { isWide: format === 'wide', columns, style };
      return renderTable(workloads, workloadColumns(context.now()), look);
    }
  }
}

/** Not in the way of a program that reads the table. */
async function tellNone(context: Context): Promise<void> {
  if (!context.err.isTerminal) return;
  await context.err.write('no workloads yet: `capsulectl apply -f examples/nginx-bridge.yaml`\n');
}
