import type { Run } from '../../program/command.ts';
import { printLines } from '../../program/print-lines.ts';
import { confirm, isAsked } from '../confirm/confirm.ts';
import { withCapsule } from '../target/with-capsule.ts';

const ASKED = { losses: ['all workloads stop'], question: 'Switch the capsule off?' };

export const run: Run = async (input, context) => {
  const { out, signal } = context;
  if (isAsked(input, context)) await confirm(ASKED, context);
  await withCapsule(input, context, (client) => client.capsule.powerOffNode({}, { signal }));
  await printLines(out, 'the capsule stops its workloads and switches off\n');
  return undefined;
};
