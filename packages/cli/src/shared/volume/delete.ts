import { cliError } from '../../errors.ts';
import type { Run } from '../../program/command.ts';
import { printErrors } from '../../program/print-errors.ts';
import { printLines } from '../../program/print-lines.ts';
import { confirm, isAsked } from '../confirm/confirm.ts';
import { retryWhileAway } from '../stream/retry-while-away.ts';
import { withCapsule } from '../target/with-capsule.ts';
import { volumeLosses } from './losses.ts';
import { readVolumeName } from './volume-name.ts';

export const run: Run = async (input, context) => {
  const { signal, out } = context;
  const force = input.isOn('force');
  const errors: unknown[] = [];
  await withCapsule(input, context, async (client) => {
    const names = [...new Set(input.args)].map((name) => readVolumeName(input, name));
    if (isAsked(input, context)) {
      const losses = await volumeLosses(client, names, { force, signal });
      await confirm({ losses, question: 'Delete this permanently?' }, context);
    }
    for (const { volume, snapshot } of names) {
      const name = snapshot === undefined ? volume : `${volume}@${snapshot}`;
      let attempts = 0;
      try {
        const { existed } = await retryWhileAway<{ readonly existed: boolean }>(() => {
          attempts += 1;
          return snapshot === undefined
            ? client.volume.delete({ name: volume, force }, { signal })
            : client.volume.deleteSnapshot({ volume, name: snapshot, force }, { signal });
        }, context);
        // An attempt whose answer was lost may have been the one that found it.
        if (existed || attempts > 1) await printLines(out, `${name} deleted\n`);
        else if (snapshot === undefined) errors.push(cliError.VOLUME_MISSING({ name }));
        else errors.push(cliError.SNAPSHOT_MISSING({ name }));
      } catch (error) {
        signal.throwIfAborted();
        errors.push(error);
      }
    }
  });
  return printErrors(errors, input, context);
};
