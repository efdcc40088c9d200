import {
  type ReportedWorkload,
  type Workload as WireWorkload,
  workloadFromProto,
} from '@capsule/api';
import type { Run } from '../../program/command.ts';
import type { Context } from '../../program/context/context.ts';
import { printErrors } from '../../program/print-errors.ts';
import { renderDocuments } from '../render/documents.ts';
import { type Format, readFormat } from '../render/format.ts';
import { renderTable } from '../render/table.ts';
import { withCapsule } from '../target/with-capsule.ts';
import { workloadColumns } from './columns.ts';
import { workloadDocument } from './document.ts';
import { watchTable } from './watch-table.ts';

export const run: Run = async (input, context) => {
  const format = readFormat(input);
  const labelSelector = input.text('selector') ?? '';
  if (input.isOn('watch')) {
    await withCapsule(input, context, (client) =>
      watchTable({ client, labelSelector, render: (all) => render(format, all, context) }, context),
    );
    return undefined;
  }
  const listed = await withCapsule(input, context, async (client) => {
    const answer = await client.workload.list({ labelSelector }, { signal: context.signal });
    return answer.workloads.map(readWorkload);
  });
  const workloads = listed.flatMap((one) => ('workload' in one ? [one.workload] : []));
  await context.out.write(await render(format, workloads, context));
  if (listed.length === 0 && format === 'table') await tellNone(context);
  const errors = listed.flatMap((one) => ('error' in one ? [one.error] : []));
  return printErrors(errors, input, context);
};

/** A newer capsule may have workloads that this program does not understand; the others are shown. */
function readWorkload(
  wire: WireWorkload,
): { readonly workload: ReportedWorkload } | { readonly error: unknown } {
  try {
    return { workload: workloadFromProto(wire) };
  } catch (error) {
    return { error };
  }
}

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
