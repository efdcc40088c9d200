import type { Run } from '../../program/command.ts';
import { printLines } from '../../program/print-lines.ts';
import { confirm, isAsked } from '../confirm/confirm.ts';
import { withCapsule } from '../target/with-capsule.ts';

const ASKED = {
  losses: ['all workloads stop until the capsule has rebooted'],
  question: 'Go back to the version in the other slot?',
};

export const run: Run = async (input, context) => {
  const { out, signal } = context;
  if (isAsked(input, context)) await confirm(ASKED, context);
  const { slot, version } = await withCapsule(input, context, (client) =>
    client.capsule.updateRollback({}, { signal }),
  );
  const target = version === '' ? slot : `version ${version} in ${slot}`;
  await printLines(out, `the capsule reboots into ${target}\n`);
  return undefined;
};
