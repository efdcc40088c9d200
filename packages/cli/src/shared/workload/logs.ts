import type { MessageInitShape } from '@bufbuild/protobuf';
import {
  type CapsuleClient,
  LogSource,
  LogStream,
  type WorkloadLogChunk,
  type WorkloadLogsRequestSchema,
} from '@capsule/api/wire';
import type { Run } from '../../program/command.ts';
import type { Context } from '../../program/context/context.ts';
import type { Output } from '../../program/context/output.ts';
import type { Input } from '../../program/input.ts';
import { printErrors } from '../../program/print-errors.ts';
import { parseMoment } from '../argument/duration.ts';
import { followLog } from '../stream/follow-log.ts';
import { PrefixedLines } from '../stream/prefixed-lines.ts';
import type { ContainerTarget } from '../target/container-target.ts';
import { withCapsule } from '../target/with-capsule.ts';
import { chosenNames, requireChoice } from './chosen-names.ts';

export const run: Run = async (input, context) => {
  requireChoice(input);
  const request = readLogRequest(input, context);
  const errors = await withCapsule(input, context, async (client) => {
    const names = await chosenNames(input, client, context);
    const log = (name: string) => ({ client, writer: name, request: { ...request, name } });
    const [only = ''] = names;
    if (names.length === 1 && input.text('selector') === undefined) {
      await printLog(log(only), context, context);
      return [];
    }
    const widest = Math.max(...names.map((name) => name.length));
    const print = (name: string) => printPrefixed(log(name), name.padEnd(widest), context);
    // Past output comes one log after the other; followed output as it arrives.
    return request.follow ? collect(names.map(print)) : oneByOne(names, print);
  });
  context.signal.throwIfAborted();
  return printErrors(errors, input, context);
};

export interface Log {
  readonly client: CapsuleClient;
  /** Names the writer in messages. */
  readonly writer: string;
  readonly request: Omit<
    MessageInitShape<typeof WorkloadLogsRequestSchema>,
    'cursor' | '$typeName' | 'name'
  > &
    ContainerTarget;
}

type Outputs = Readonly<Record<'out' | 'err', Pick<Output, 'write'>>>;

/** The flags of a log, as a request. Fails with `CLI_USAGE`. */
export function readLogRequest(input: Input, context: Context) {
  const tailLines = input.count('tail');
  const since = readSince(input, context) ?? 0;
  // On the wire 0 lines mean all; on the command line 0 means new lines only.
  const sinceMs = tailLines === 0 ? Math.max(since, context.now()) : since;
  return {
    follow: input.isOn('follow'),
    tailLines: tailLines ?? 0,
    sinceUnixMs: BigInt(sinceMs),
    timestamps: input.isOn('timestamps'),
    source: input.isOn('serial') ? LogSource.SERIAL : LogSource.PAYLOAD,
  };
}

/** Prints one log, its two streams apart. */
export async function printLog(
  { client, writer, request }: Log,
  { out, err }: Outputs,
  context: Context,
) {
  await followLog<WorkloadLogChunk>(
    {
      writer,
      open: (cursor, signal) => client.workload.logs({ ...request, cursor }, { signal }),
      outputOf: ({ stream }) => (stream === LogStream.STDERR ? err : out),
    },
    context,
  );
}

async function printPrefixed(log: Log, name: string, context: Context): Promise<void> {
  const { out, err } = context;
  const lines = {
    out: new PrefixedLines(out, `${out.style('dim', `${name} |`)} `),
    err: new PrefixedLines(err, `${err.style('dim', `${name} |`)} `),
  };
  await printLog(log, lines, context);
  await lines.out.finish();
  await lines.err.finish();
}

async function oneByOne(
  names: readonly string[],
  print: (name: string) => Promise<void>,
): Promise<readonly unknown[]> {
  const errors: unknown[] = [];
  for (const name of names) errors.push(...(await collect([print(name)])));
  return errors;
}

/** The failures of some, while the others go on. */
async function collect(works: readonly Promise<void>[]): Promise<readonly unknown[]> {
  const outcomes = await Promise.allSettled(works);
  return outcomes.flatMap((one) => (one.status === 'rejected' ? [one.reason] : []));
}

function readSince(input: Input, { now }: Context): number | undefined {
  const text = input.text('since');
  if (text === undefined) return undefined;
  const moment = parseMoment(text, now());
  if (moment !== undefined) return moment;
  const wanted = 'a duration like 10m or a time like 2026-01-31T09:00:00Z';
  throw input.refuse(`--since takes ${wanted}, not ${JSON.stringify(text)}`);
}
