import type { CapsuleClient } from '@capsule/api/wire';
import { isCapsuleError } from '@capsule/core';
import { cliError } from '../../errors.ts';
import type { Run } from '../../program/command.ts';
import type { Context } from '../../program/context/context.ts';
import type { Input } from '../../program/input.ts';
import { printErrors } from '../../program/print-errors.ts';
import { printLines } from '../../program/print-lines.ts';
import { readTimeout } from '../argument/timeout.ts';
import { createProgressView } from '../progress/progress-view.ts';
import { renderDocuments } from '../render/documents.ts';
import { isData, readFormat } from '../render/format.ts';
import { retryWhileAway } from '../stream/retry-while-away.ts';
import { withCapsule } from '../target/with-capsule.ts';
import { chosenNames } from './chosen-names.ts';
import { readGrace } from './grace.ts';

const DEFAULT_TIMEOUT_MS = 10 * 60_000;

interface Result {
  readonly name: string;
  readonly changed?: boolean;
  readonly error?: unknown;
}

export const run: Run = async (input, context) => {
  const format = readFormat(input);
  const timeoutMs = readTimeout(input) ?? DEFAULT_TIMEOUT_MS;
  const view = createProgressView(context.err, context.now);
  const results = await withCapsule(input, context, async (client) => {
    const names = await chosenNames(input, client, context);
    return Promise.all(
      names.map(async (name) => {
        if (context.err.isTerminal) await view.update(name, 'stopping');
        const result = await stopOne({ client, input, name, timeoutMs }, context);
        view.done(name);
        return result;
      }),
    );
  });
  await view.clear();
  const stopped = results.filter(({ error }) => error === undefined);
  if (isData(format)) {
    await context.out.write(await renderDocuments(format, stopped));
  } else {
    const word = ({ changed }: Result) => (changed ? 'stopped' : 'was already stopped');
    const line = (result: Result) =>
      format.kind === 'name' ? `${result.name}\n` : `${result.name} ${word(result)}\n`;
    await printLines(context.out, stopped.map(line).join(''));
  }
  return printErrors(
    results.flatMap(({ error }) => error ?? []),
    input,
    context,
  );
};

interface Stop {
  readonly client: CapsuleClient;
  readonly input: Input;
  readonly name: string;
  readonly timeoutMs: number;
}

/** Repeats the request until there is an answer: the stop survives a restart of the capsule in the middle. */
async function stopOne(
  { client, input, name, timeoutMs }: Stop,
  context: Context,
): Promise<Result> {
  const { now, signal } = context;
  const deadline = now() + timeoutMs;
  let attempts = 0;
  try {
    const { changed } = await retryWhileAway(() => {
      attempts += 1;
      const options = { signal, timeoutMs: Math.max(deadline - now(), 1) };
      return client.workload.stop({ name, ...readGrace(input) }, options);
    }, context);
    // An attempt whose answer was lost may have been the one that stopped it.
    return { name, changed: changed || attempts > 1 };
  } catch (error) {
    signal.throwIfAborted();
    const isLate = isCapsuleError(error) && error.kind === 'timeout';
    const seconds = timeoutMs / 1000;
    return { name, error: isLate ? cliError.NOT_STOPPED({ name, seconds }) : error };
  }
}
