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
    throw input.refuse(
      '--discard cannot be combined with --to',
      'leave out --discard: a new volume replaces nothing',
    );
  }
  await withCapsule(input, context, async (client) => {
    if (newName !== undefined) {
      const request = { volume, snapshot, newName, newUid: randomUUID() };
      await retryWhileAway(() => client.volume.clone(request, { signal }), context);
      await printLines(out, `${newName} created from ${volume}@${snapshot}\n`);
      return;
    }
    if (discardCurrent && isAsked(input, context)) {
      const losses = [`the present contents of ${volume} (--discard takes no snapshot of them)`];
      await confirm({ losses, question: `Restore ${volume} from ${volume}@${snapshot}?` }, context);
    }
    const request = { volume, snapshot, discardCurrent };
    const { keptAs } = await client.volume.restore(request, { signal });
    const kept = keptAs === '' ? '' : `; its previous contents are ${volume}@${keptAs}`;
    await printLines(out, `${volume} restored from ${volume}@${snapshot}${kept}\n`);
  });
  return undefined;
};
