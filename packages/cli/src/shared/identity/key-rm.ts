import type { Run } from '../../program/command.ts';
import { printLines } from '../../program/print-lines.ts';
import { confirm, isAsked } from '../confirm/confirm.ts';
import { withCapsule } from '../target/with-capsule.ts';
import { describeRole } from './role.ts';

export const run: Run = async (input, context) => {
  const { signal } = context;
  await withCapsule(input, context, async ({ identity }) => {
    const { keys } = isAsked(input, context)
      ? await identity.keyList({}, { signal })
      : { keys: [] };
    const losses = keys
      .filter(({ kid }) => input.args.includes(kid))
      .map(({ kid, name, role }) => `${name} (${describeRole(role)}, ${kid}) and its open streams`);
    await confirm({ losses, question: 'Remove the right to use this capsule?' }, context);
    for (const kid of input.args) {
      await identity.keyRemove({ kid }, { signal });
      await printLines(context.out, `removed: ${kid}\n`);
    }
  });
  return undefined;
};
