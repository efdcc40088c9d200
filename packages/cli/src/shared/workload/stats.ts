import { usageFromProto, type WorkloadStatsResponse } from '@capsule/api/wire';
import type { Run } from '../../program/command.ts';
import type { Context } from '../../program/context/context.ts';
import type { Input } from '../../program/input.ts';
import { printLines } from '../../program/print-lines.ts';
import { readFormat } from '../render/format.ts';
import { renderListing } from '../render/listing.ts';
import { LiveText } from '../render/live-text.ts';
import { resumeStream } from '../stream/resume-stream.ts';
import { withCapsule } from '../target/with-capsule.ts';
import { describeOtherCells } from './other-cells.ts';
import { USAGE_LISTING } from './usage-columns.ts';
import { USAGE_ORDERS, type UsageOrder } from './usage-order.ts';
import { sortUsage, type UsageRow, type UsageSample, usageRows } from './usage-rate.ts';

const WATCH_MS = 1000;
/** Long enough to measure the load, short enough for an interactive command. */
const ONCE_MS = 400;

export const run: Run = (input, context) => show(input, context, input.isOn('watch'));

/** Repeats until it is ended; without a terminal, prints once. */
export const top: Run = (input, context) => show(input, context, context.out.isTerminal, 'cpu');

async function show(
  input: Input,
  context: Context,
  isWatched: boolean,
  usual: UsageOrder = 'name',
): Promise<undefined> {
  const format = readFormat(input);
  const order = readOrder(input) ?? usual;
  const isTable = format.kind === 'table';
  const { out, err, now, signal } = context;
  const request = {
    names: [...input.args],
    labelSelector: input.text('selector') ?? '',
    follow: true,
    intervalMs: isWatched ? WATCH_MS : ONCE_MS,
  };
  const screen = new LiveText(out);
  const print = async (rows: readonly UsageRow[], others: string) => {
    const text = await renderListing(sortUsage(rows, order), USAGE_LISTING, format, out);
    if (isWatched && out.isTerminal) await screen.draw(`${text}${others}`);
    else await out.write(text);
  };
  await withCapsule(input, context, async (client) => {
    const open = (_last: unknown, attempt: AbortSignal) =>
      client.workload.stats(request, { signal: attempt });
    let before: UsageSample | undefined;
    for await (const answer of resumeStream<WorkloadStatsResponse>({ open, now }, signal)) {
      const sample = sampleOf(answer);
      const others = isTable ? describeOtherCells(answer.otherCells, context.program) : '';
      if (before !== undefined) await print(usageRows(before, sample), others);
      if (before !== undefined && !isWatched) {
        await printAbsent(sample);
        if (err.isTerminal) await printLines(err, others);
        return;
      }
      before = sample;
    }
  });
  return undefined;

  async function printAbsent({ workloads }: UsageSample): Promise<void> {
    const found = new Set(workloads.map(({ name }) => name));
    for (const name of request.names) {
      if (!found.has(name)) await err.write(`${name} is not running\n`);
    }
    const isNone = workloads.length === 0 && request.names.length === 0;
    if (isNone && isTable) await err.write('nothing is running\n');
  }
}

function sampleOf({ atUnixMs, workloads }: WorkloadStatsResponse): UsageSample {
  return { at: Number(atUnixMs), workloads: workloads.map(usageFromProto) };
}

function readOrder(input: Input): UsageOrder | undefined {
  const text = input.text('sort');
  return USAGE_ORDERS.find((order) => order === text);
}
