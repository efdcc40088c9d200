import type { CapsuleLogChunk } from '@capsule/api/wire';
import type { Run } from '../../program/command.ts';
import { followLog } from '../stream/follow-log.ts';
import { withCapsule } from '../target/with-capsule.ts';

export const run: Run = async (input, context) => {
  const tailLines = input.count('tail') ?? 0;
  if (input.text('tail') !== undefined && tailLines === 0) {
    throw input.refuse('--tail takes 1 or more');
  }
  const request = { follow: input.isOn('follow'), tailLines };
  await withCapsule(input, context, (client) =>
    followLog<CapsuleLogChunk>(
      {
        writer: 'the capsule',
        open: (cursor, signal) => client.capsule.streamLogs({ ...request, cursor }, { signal }),
        outputOf: () => context.out,
      },
      context,
    ),
  );
  return undefined;
};
