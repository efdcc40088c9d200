import type { ReportedWorkload, Workload as WireWorkload } from '@capsule/api/wire';
import { action, remedy } from '@capsule/core';
import type { Run } from '../../program/command.ts';
import type { Context } from '../../program/context/context.ts';
import { printErrors } from '../../program/print-errors.ts';
import { printLines } from '../../program/print-lines.ts';
import { renderRemedy } from '../../program/render-remedy.ts';
import { type Format, readFormat } from '../render/format.ts';
import { renderListing } from '../render/listing.ts';
import { withCapsule } from '../target/with-capsule.ts';
import { workloadListing } from './columns.ts';
import { describeOtherCells } from './other-cells.ts';
import { readWorkload } from './read-workload.ts';
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
  const answer = await withCapsule(input, context, (client) =>
    client.workload.list({ labelSelector }, { signal: context.signal }),
  );
  const listed = answer.workloads.map((wire) => readOne(wire, context));
  const workloads = listed.flatMap((one) => ('workload' in one ? [one.workload] : []));
  await context.out.write(await render(format, workloads, context));
  if (format.kind === 'table' && context.err.isTerminal) {
    if (answer.otherCells > 0) {
      await printLines(context.err, describeOtherCells(answer.otherCells, context.program));
    } else if (listed.length === 0) await printNone(context);
  }
  const errors = listed.flatMap((one) => ('error' in one ? [one.error] : []));
  return printErrors(errors, input, context);
};

/** A newer capsule may have workloads that this program does not understand; the others are shown. */
function readOne(
  wire: WireWorkload,
  { program }: Context,
): { readonly workload: ReportedWorkload } | { readonly error: unknown } {
  try {
    return { workload: readWorkload(wire, program) };
  } catch (error) {
    return { error };
  }
}

function render(format: Format, workloads: readonly ReportedWorkload[], { out, now }: Context) {
  return renderListing(workloads, workloadListing(now()), format, out);
}

/** Not in the way of a program that reads the table. */
async function printNone(context: Context): Promise<void> {
  const example = action('apply', { file: 'examples/nginx-bridge.yaml' });
  const advice = renderRemedy(remedy`no workloads yet: ${example}`, context.program);
  await printLines(context.err, `${advice}\n`);
}
