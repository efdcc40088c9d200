import { type CapsuleClient, type CellStartResponse, placeToProto } from '@capsule/api/wire';
import { isCapsuleError, type Level, namedPlace, type Place, shortPlace } from '@capsule/core';
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
import { withNearName } from '../target/near-name.ts';
import { withCapsule } from '../target/with-capsule.ts';
import { readGrace } from '../workload/grace.ts';
import { type ActResult, type ActWords, describeAct } from './describe-act.ts';
import { nodeDocument } from './document.ts';
import { placeAt } from './place-flags.ts';
import { readNode } from './read-node.ts';
import { waitForNodes } from './wait-for-nodes.ts';

/** The part that the answers of all verbs have. */
type ActAnswer = Pick<CellStartResponse, 'changed' | 'node'> &
  Partial<Pick<CellStartResponse, 'started'>>;

const DEFAULT_TIMEOUT_MS = 5 * 60_000;

export type ActVerb = 'start' | 'stop' | 'kill' | 'restart' | 'pause' | 'unpause';

const WORDS: Readonly<Record<ActVerb, ActWords>> = {
  start: { doing: 'starting', done: 'started', already: 'was already running', waits: true },
  stop: { doing: 'stopping', done: 'stopped', already: 'was already stopped' },
  kill: { doing: 'killing', done: 'killed', already: 'was already stopped' },
  restart: { doing: 'restarting', done: 'restarted', already: 'restarted', waits: true },
  pause: { doing: 'pausing', done: 'paused', already: 'was already paused' },
  unpause: { doing: 'resuming', done: 'resumed', already: 'was not paused' },
};

/** Changes the state of cells or containers, and shows the outcome of each. */
export function actOnNodes(verb: ActVerb, level: Level): Run {
  const words = WORDS[verb];
  return async (input, context) => {
    const format = readFormat(input);
    const timeoutMs = readTimeout(input) ?? DEFAULT_TIMEOUT_MS;
    const places = input.args.map((name) => placeAt(input, level, name));
    const view = createProgressView(context.err, context.now);
    const isWaiting = words.waits === true && (input.choice('wait') ?? true);
    const results = await withCapsule(input, context, async (client) => {
      const asked = await Promise.all(
        places.map(async (place) => {
          if (context.err.isTerminal) await view.update(namedPlace(place), words.doing);
          const result = await actOnOne(client, { verb, place, input, timeoutMs }, context);
          view.done(namedPlace(place));
          return result;
        }),
      );
      if (!isWaiting) return asked;
      const nodes = asked.flatMap(({ node }) => node ?? []);
      const waited = await waitForNodes({ client, nodes, timeoutMs, view }, context);
      let at = 0;
      return asked.map((result) =>
        result.node === undefined ? result : { ...result, ...waited[at++] },
      );
    }).finally(() => view.clear());
    const done = results.filter(({ error }) => error === undefined);
    if (isData(format)) {
      const documents = done.flatMap(({ node }) => (node ? [nodeDocument(node)] : []));
      await context.out.write(await renderDocuments(format, documents));
    } else {
      const isShort = format.kind === 'name';
      const lines = done.map((result) =>
        isShort ? `${shortPlace(result.place)}\n` : describeAct(result, words, context),
      );
      await printLines(context.out, lines.join(''));
    }
    return printErrors(
      results.flatMap(({ error }) => error ?? []),
      input,
      context,
    );
  };
}

interface Act {
  readonly verb: ActVerb;
  readonly place: Place;
  readonly input: Input;
  readonly timeoutMs: number;
}

/** Repeats the request until there is an answer: it survives a restart of the capsule in the middle. */
async function actOnOne(
  client: CapsuleClient,
  { verb, place, input, timeoutMs }: Act,
  context: Context,
): Promise<ActResult> {
  const { now, signal, program } = context;
  const deadline = now() + timeoutMs;
  let attempts = 0;
  try {
    const answer = await retryWhileAway<ActAnswer>(() => {
      attempts += 1;
      const options = { signal, timeoutMs: Math.max(deadline - now(), 1) };
      return client.cell[verb]({ place: placeToProto(place), ...graceOf(verb, input) }, options);
    }, context);
    const node = answer.node && readNode(answer.node, program);
    // An attempt whose answer was lost may have been the one that changed it.
    const { changed, started = [] } = answer;
    return { place, changed: changed || attempts > 1, started, ...(node && { node }) };
  } catch (error) {
    signal.throwIfAborted();
    const isStop = verb === 'stop' || verb === 'kill';
    const isLate = isStop && isCapsuleError(error) && error.kind === 'timeout';
    const facts = { name: namedPlace(place), place, seconds: timeoutMs / 1000 };
    const failure = isLate
      ? cliError.NODE_NOT_STOPPED(facts)
      : await withNearName(error, client, signal);
    return { place, error: failure };
  }
}

function graceOf(verb: ActVerb, input: Input) {
  return verb === 'stop' || verb === 'restart' ? readGrace(input) : {};
}
