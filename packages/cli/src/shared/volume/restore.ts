import { randomUUID } from 'node:crypto';
import type { Run } from '../../program/command.ts';
import { printLines } from '../../program/print-lines.ts';
import { confirm, isAsked } from '../confirm/confirm.ts';
import { retryWhileAway } from '../stream/retry-while-away.ts';
import { withCapsule } from '../target/with-capsule.ts';
import { readSnapshotName } from './volume-name.ts';

export const run: Run = async (input, context) => {
  const { volume, snapshot } = readSnapshotName(input, input.args[0] ?? '');
  const newName = input.text('to');
  const discardCurrent = input.isOn('discard');
  const { out, signal } = context;
  if (newName !== undefined && discardCurrent) {
    throw input.refuse('--discard goes without --to', 'a new volume takes nothing away');
  }
  await withCapsule(input, context, async (client) => {
    if (newName !== undefined) {
      const request = { volume, snapshot, newName, newUid: randomUUID() };
      await retryWhileAway(() => client.volume.clone(request, { signal }), context);
      await printLines(out, `${newName} created from ${volume}@${snapshot}\n`);
      return;
    }
    if (discardCurrent && isAsked(input, context)) {
      const losses = [`the present contents of ${volume} (--discard keeps no snapshot)`];
      await confirm({ losses, question: `Put ${volume}@${snapshot} in its place?` }, context);
    }
    const request = { volume, snapshot, discardCurrent };
    const { keptAs } = await client.volume.restore(request, { signal });
    const kept = keptAs === '' ? '' : `; its previous contents are ${volume}@${keptAs}`;
    await printLines(out, `${volume} restored from ${volume}@${snapshot}${kept}\n`);
  });
  return undefined;
};
