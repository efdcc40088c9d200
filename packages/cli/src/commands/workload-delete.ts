import type { CapsuleClient } from '@capsule/api';
import type { Run } from '../command/command.ts';
import { readTimeout } from '../command/timeout.ts';
import type { Context } from '../context/context.ts';
import { cliError } from '../errors.ts';
import { exitCodeOf } from '../program/exit-code.ts';
import { createProgressView } from '../progress/progress-view.ts';
import { renderError } from '../render/error.ts';
import { retryAway } from '../stream/retry-away.ts';
import { withCapsule } from '../target/with-capsule.ts';

const DEFAULT_TIMEOUT_MS = 120_000;

export const run: Run = async (input, context) => {
  const timeoutMs = readTimeout(input) ?? DEFAULT_TIMEOUT_MS;
  const isLenient = input.isOn('ignoreMissing');
  const view = createProgressView(context.err, context.now);
  const names = [...new Set(input.args)];
  const outcomes = await withCapsule(input, context, (client) =>
    Promise.allSettled(
      names.map(async (name) => {
        if (context.err.isTerminal) await view.update(name, 'deleting');
        return deleteWorkload(client, name, timeoutMs, context);
      }),
    ),
  );
  await view.clear();
  let exitCode: number | undefined;
  for (const [index, outcome] of outcomes.entries()) {
    const name = names[index] ?? '';
    if (outcome.status === 'fulfilled' && outcome.value) {
      await context.out.write(`${name} deleted\n`);
    } else if (outcome.status === 'fulfilled' && isLenient) {
      await context.out.write(`${name} is not there\n`);
    } else {
      const error =
        outcome.status === 'rejected' ? outcome.reason : cliError.WORKLOAD_MISSING({ name });
      context.signal.throwIfAborted();
      exitCode ??= exitCodeOf(error);
      await context.err.write(renderError(error, context.err.style, input.isOn('debug')));
    }
  }
  return exitCode;
};

/** Deletes until there is an answer: the wish survives a restart of the capsule in the middle. */
async function deleteWorkload(
  client: CapsuleClient,
  name: string,
  timeoutMs: number,
  context: Context,
): Promise<boolean> {
  const { now, signal } = context;
  const deadline = now() + timeoutMs;
  let attempts = 0;
  const { existed } = await retryAway(() => {
    attempts += 1;
    const options = { signal, timeoutMs: Math.max(deadline - now(), 1) };
    return client.workload.delete({ name }, options);
  }, context);
  // An attempt whose answer was lost may have been the one that found it.
  return existed || attempts > 1;
}
