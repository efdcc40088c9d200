import type { CapsuleClient } from '@capsule/api/wire';
import { isCapsuleError } from '@capsule/core';
import { cliError } from '../../errors.ts';
import type { Run } from '../../program/command.ts';
import type { Context } from '../../program/context/context.ts';
import { printErrors } from '../../program/print-errors.ts';
import { printLines } from '../../program/print-lines.ts';
import { readTimeout } from '../argument/timeout.ts';
import { confirm, counted, isAsked } from '../confirm/confirm.ts';
import { createProgressView } from '../progress/progress-view.ts';
import { renderDocuments } from '../render/documents.ts';
import { type Format, isData, readFormat } from '../render/format.ts';
import { retryWhileAway } from '../stream/retry-while-away.ts';
import { withCapsule } from '../target/with-capsule.ts';
import { chosenNames } from './chosen-names.ts';
import { workloadLosses } from './losses.ts';

const DEFAULT_TIMEOUT_MS = 120_000;

export const run: Run = async (input, context) => {
  const format = readFormat(input);
  const timeoutMs = readTimeout(input) ?? DEFAULT_TIMEOUT_MS;
  const isLenient = input.isOn('ignoreMissing');
  const view = createProgressView(context.err, context.now);
  const force = input.isOn('force');
  const { names, outcomes } = await withCapsule(input, context, async (client) => {
    const names = await chosenNames(input, client, context);
    if (isAsked(input, context)) {
      const losses = await workloadLosses(client, names, context);
      await confirm({ losses, question: `Delete ${counted(losses.length, 'workload')}?` }, context);
    }
    const outcomes = await Promise.allSettled(
      names.map(async (name) => {
        if (context.err.isTerminal) await view.update(name, 'deleting');
        return deleteWorkload(client, { name, force }, timeoutMs, context);
      }),
    );
    return { names, outcomes };
  });
  await view.clear();
  context.signal.throwIfAborted();
  const results = outcomes.map((outcome, index) =>
    resultOf(names[index] ?? '', outcome, isLenient),
  );
  const text = await render(format, results);
  await (isData(format) ? context.out.write(text) : printLines(context.out, text));
  const errors = results.flatMap(({ error }) => (error === undefined ? [] : [error]));
  return printErrors(errors, input, context);
};

interface Result {
  readonly name: string;
  readonly existed: boolean;
  readonly error?: unknown;
}

function resultOf(
  name: string,
  outcome: PromiseSettledResult<boolean>,
  isLenient: boolean,
): Result {
  if (outcome.status === 'rejected') return { name, existed: false, error: outcome.reason };
  const isMissing = !outcome.value && !isLenient;
  const error = isMissing ? cliError.WORKLOAD_MISSING({ name }) : undefined;
  return { name, existed: outcome.value, error };
}

async function render(format: Format, results: readonly Result[]): Promise<string> {
  const done = results.filter(({ error }) => error === undefined);
  if (isData(format)) {
    return renderDocuments(
      format,
      done.map(({ name, existed }) => ({ name, existed })),
    );
  }
  const line = ({ name, existed }: Result) => `${name} ${existed ? 'deleted' : 'does not exist'}\n`;
  return done.map(format.kind === 'name' ? ({ name }) => `${name}\n` : line).join('');
}

/** Deletes until there is an answer: the request survives a restart of the capsule in the middle. */
async function deleteWorkload(
  client: CapsuleClient,
  request: { readonly name: string; readonly force: boolean },
  timeoutMs: number,
  context: Context,
): Promise<boolean> {
  const { now, signal } = context;
  const deadline = now() + timeoutMs;
  let attempts = 0;
  try {
    const { existed } = await retryWhileAway(() => {
      attempts += 1;
      const options = { signal, timeoutMs: Math.max(deadline - now(), 1) };
      return client.workload.delete(request, options);
    }, context);
    // An attempt whose answer was lost may have been the one that found it.
    return existed || attempts > 1;
  } catch (error) {
    signal.throwIfAborted();
    const isLate = isCapsuleError(error) && error.kind === 'timeout';
    throw isLate ? cliError.NOT_DELETED({ name: request.name, seconds: timeoutMs / 1000 }) : error;
  }
}
