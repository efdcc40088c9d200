import { LogSource, LogStream, type WorkloadLogChunk } from '@capsule/api/wire';
import type { Run } from '../../program/command.ts';
import type { Context } from '../../program/context/context.ts';
import type { Input } from '../../program/input.ts';
import { parseMoment } from '../argument/duration.ts';
import { followLog } from '../stream/follow-log.ts';
import { withCapsule } from '../target/with-capsule.ts';

export const run: Run = async (input, context) => {
  const [name = ''] = input.args;
  const tailLines = input.count('tail');
  const since = readSince(input, context) ?? 0;
  // On the wire 0 lines mean all; on the command line 0 means new lines only.
  const sinceMs = tailLines === 0 ? Math.max(since, context.now()) : since;
  const request = {
    name,
    follow: input.isOn('follow'),
    tailLines: tailLines ?? 0,
    sinceUnixMs: BigInt(sinceMs),
    timestamps: input.isOn('timestamps'),
    source: input.isOn('serial') ? LogSource.SERIAL : LogSource.PAYLOAD,
  };
  await withCapsule(input, context, (client) =>
    followLog<WorkloadLogChunk>(
      {
        open: (cursor, signal) => client.workload.logs({ ...request, cursor }, { signal }),
        outputOf: ({ stream }) => (stream === LogStream.STDERR ? context.err : context.out),
      },
      context,
    ),
  );
  return undefined;
};

function readSince(input: Input, { now }: Context): number | undefined {
  const text = input.text('since');
  if (text === undefined) return undefined;
  const moment = parseMoment(text, now());
  if (moment !== undefined) return moment;
  const wanted = 'a duration like 10m or a time like 2026-01-31T09:00:00Z';
  throw input.refuse(`--since takes ${wanted}, not ${JSON.stringify(text)}`);
}
