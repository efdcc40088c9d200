import {
  type CapsuleClient,
  levelToProto,
  placeFromProto,
  placeOfNode,
  placeToProto,
} from '@capsule/api/wire';
import {
  isCapsuleError,
  LEVELS,
  type Level,
  levelOf,
  namedPlace,
  type Place,
  shortPlace,
} from '@capsule/core';
import { cliError } from '../../errors.ts';
import type { Run } from '../../program/command.ts';
import type { Context } from '../../program/context/context.ts';
import type { Input } from '../../program/input.ts';
import { printErrors } from '../../program/print-errors.ts';
import { printLines } from '../../program/print-lines.ts';
import { readTimeout } from '../argument/timeout.ts';
import { confirm, isAsked } from '../confirm/confirm.ts';
import { createProgressView } from '../progress/progress-view.ts';
import { renderDocuments } from '../render/documents.ts';
import { type Format, isData, readFormat } from '../render/format.ts';
import { retryWhileAway } from '../stream/retry-while-away.ts';
import { withCapsule } from '../target/with-capsule.ts';
import { placeAt } from './place-flags.ts';
import { readNode } from './read-node.ts';
import { describeNodeState } from './state.ts';

const DEFAULT_TIMEOUT_MS = 120_000;

export interface DeleteHow {
  readonly cascade: boolean;
  readonly force: boolean;
}

/** How something was deleted, or why it was not. */
export interface DeleteResult {
  readonly place: Place;
  readonly existed: boolean;
  /** Everything that went, the innermost first. */
  readonly deleted: readonly Place[];
  readonly error?: unknown;
}

/** Deletes the named things. `purge` also takes everything in them, and kills. */
export function deleteNodes(level: Level, { isPurge = false } = {}): Run {
  return async (input, context) => {
    const format = readFormat(input);
    const timeoutMs = readTimeout(input) ?? DEFAULT_TIMEOUT_MS;
    const places = input.args.map((name) => placeAt(input, level, name));
    const how = {
      cascade: isPurge || input.isOn('cascade'),
      force: isPurge || input.isOn('force'),
    };
    const results = await withCapsule(input, context, async (client) => {
      await askWhether({ client, places, how, verb: isPurge ? 'Purge' : 'Delete' }, input, context);
      return deleteAll({ client, places, how, timeoutMs }, context);
    });
    context.signal.throwIfAborted();
    return printDeleted(
      results,
      { format, isLenient: input.isOn('ignoreMissing') },
      input,
      context,
    );
  };
}

export interface DeleteAll {
  readonly client: CapsuleClient;
  readonly places: readonly Place[];
  readonly how: DeleteHow;
  readonly timeoutMs: number;
}

/** Deletes one after the other, in this order. The failure of one does not keep the others. */
export async function deleteAll(
  { client, places, how, timeoutMs }: DeleteAll,
  context: Context,
): Promise<readonly DeleteResult[]> {
  const view = createProgressView(context.err, context.now);
  const results: DeleteResult[] = [];
  for (const place of places) {
    if (context.err.isTerminal) await view.update(namedPlace(place), 'deleting');
    results.push(await deleteOne(client, { place, how, timeoutMs }, context));
    view.done(namedPlace(place));
  }
  await view.clear();
  return results;
}

/** Returns the exit code of failures. */
async function printDeleted(
  results: readonly DeleteResult[],
  { format, isLenient }: { readonly format: Format; readonly isLenient: boolean },
  input: Input,
  context: Context,
): Promise<number | undefined> {
  const judged = results.map((result) => {
    const { place, existed, error } = result;
    if (error !== undefined || existed || isLenient) return result;
    const facts = { level: levelOf(place), name: namedPlace(place) };
    return { ...result, error: cliError.NODE_MISSING(facts) };
  });
  const done = judged.filter(({ error }) => error === undefined);
  if (isData(format)) {
    const documents = done.map(({ place, existed, deleted }) => ({
      name: namedPlace(place),
      existed,
      deleted: deleted.map(namedPlace),
    }));
    await context.out.write(await renderDocuments(format, documents));
  } else {
    const isShort = format.kind === 'name';
    const lines = done.flatMap((result) =>
      isShort ? [shortPlace(result.place)] : linesOf(result),
    );
    await printLines(context.out, lines.map((line) => `${line}\n`).join(''));
  }
  return printErrors(
    judged.flatMap(({ error }) => error ?? []),
    input,
    context,
  );
}

/** The containers of a cell that goes are not named one by one. */
function linesOf({ place, existed, deleted }: DeleteResult): readonly string[] {
  if (!existed) return [`${namedPlace(place)} does not exist`];
  const inner = deleted.filter(
    (one) => one.container === undefined && levelOf(one) !== levelOf(place),
  );
  return [...inner, place].map((one) => `${namedPlace(one)} deleted`);
}

interface DeleteOne {
  readonly place: Place;
  readonly how: DeleteHow;
  readonly timeoutMs: number;
}

/** Deletes until there is an answer: the request survives a restart of the capsule in the middle. */
async function deleteOne(
  client: CapsuleClient,
  { place, how, timeoutMs }: DeleteOne,
  context: Context,
): Promise<DeleteResult> {
  const { now, signal } = context;
  const deadline = now() + timeoutMs;
  let attempts = 0;
  try {
    const { existed, deleted } = await retryWhileAway(() => {
      attempts += 1;
      const options = { signal, timeoutMs: Math.max(deadline - now(), 1) };
      return client.cell.delete({ place: placeToProto(place), ...how }, options);
    }, context);
    // An attempt whose answer was lost may have been the one that found it.
    return { place, existed: existed || attempts > 1, deleted: deleted.map(placeFromProto) };
  } catch (error) {
    signal.throwIfAborted();
    const isLate = isCapsuleError(error) && error.kind === 'timeout';
    const facts = { name: namedPlace(place), place, seconds: timeoutMs / 1000 };
    const failure = isLate ? cliError.NODE_NOT_DELETED(facts) : error;
    return { place, existed: false, deleted: [], error: failure };
  }
}

interface Question {
  readonly client: CapsuleClient;
  readonly places: readonly Place[];
  readonly how: DeleteHow;
  readonly verb: string;
  /** Names of things that are in no realm, and go as well. */
  readonly others?: readonly string[];
}

/** On a terminal, lists what goes and asks. Fails with `CLI_NOT_CONFIRMED`. */
export async function askWhether(
  { client, places, how, verb, others = [] }: Question,
  input: Input,
  context: Context,
): Promise<void> {
  if (!isAsked(input, context)) return;
  const all = await Promise.all(places.map((place) => lossesOf(client, place, how, context)));
  const losses = [...all.flat(), ...others];
  const what = losses.length === 1 ? 'it' : `these ${losses.length}`;
  await confirm({ losses, question: `${verb} ${what}?` }, context);
}

/** A line for what is at a place, and with `cascade` for everything in it. */
async function lossesOf(
  client: CapsuleClient,
  place: Place,
  { cascade }: DeleteHow,
  { program, signal }: Context,
): Promise<readonly string[]> {
  const own = LEVELS.indexOf(levelOf(place));
  const levels = LEVELS.slice(own, cascade ? LEVELS.length : own + 1);
  const lists = await Promise.all(
    levels.map((level) =>
      client.cell.list({ level: levelToProto(level), within: placeToProto(place) }, { signal }),
    ),
  );
  return lists
    .flatMap(({ nodes }) => nodes.map((wire) => readNode(wire, program)))
    .map((node) => {
      const wrote = node.level === 'scope' ? '' : ', with all that it wrote';
      return `${namedPlace(placeOfNode(node))}: ${describeNodeState(node).toLowerCase()}${wrote}`;
    });
}
