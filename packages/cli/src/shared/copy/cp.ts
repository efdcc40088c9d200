import type { CapsuleClient } from '@capsule/api/wire';
import type { Run } from '../../program/command.ts';
import type { Context } from '../../program/context/context.ts';
import type { Input } from '../../program/input.ts';
import { createProgressView } from '../progress/progress-view.ts';
import { formatBytes } from '../render/bytes.ts';
import type { ContainerTarget } from '../target/container-target.ts';
import { withCapsule } from '../target/with-capsule.ts';
import { copyFrom } from './copy-from.ts';
import { CopyProgress } from './copy-progress.ts';
import { copyTo } from './copy-to.ts';
import { CopyWarnings } from './copy-warnings.ts';
import { parsePlace } from './place.ts';

export const run: Run = (input, context) =>
  copy({ find: async (name) => ({ name }) }, input, context);

/** Returns the container that the part before the colon names. */
export interface FindContainer {
  readonly find: (name: string, client: CapsuleClient) => Promise<ContainerTarget>;
}

/** Copies between this machine and a container. */
export async function copy(
  { find }: FindContainer,
  input: Input,
  context: Context,
): Promise<number | undefined> {
  const [from = '', to = ''] = input.args;
  const source = parsePlace(from);
  const target = parsePlace(to);
  const isQuiet = input.isOn('quiet') || !context.err.isTerminal;
  const view = createProgressView(context.err, context.now);
  const progress = new CopyProgress(from, isQuiet ? undefined : view, context.now);
  const warnings = new CopyWarnings();
  const rest = { keepAll: input.isOn('archive'), progress, warnings };
  await withCapsule(input, context, async (client) => {
    if (source.kind !== 'workload' && target.kind === 'workload') {
      const container = await find(target.name, client);
      await copyTo({ client, source, target, container, ...rest }, context);
    } else if (source.kind === 'workload' && target.kind !== 'workload') {
      const container = await find(source.name, client);
      await copyFrom({ client, source, target, container, ...rest }, context);
    } else {
      const hint =
        'write a path in a workload like web:/etc/nginx, and a local path with a colon like ./a:b';
      throw input.refuse('exactly one of SOURCE and TARGET must be in a workload', hint);
    }
  }).finally(async () => {
    await view.clear();
    await warnings.show(context.err);
  });
  if (!isQuiet) await context.err.write(`copied ${formatBytes(progress.bytes)}\n`);
  return warnings.hasLost ? 1 : undefined;
}
