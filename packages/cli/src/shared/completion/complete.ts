import { type CapsuleClient, levelToProto, nodeFromProto, placeOfNode } from '@capsule/api/wire';
import {
  CHECK_SECTIONS,
  DEFAULT_STACK,
  describeImageReference,
  isCapsuleError,
  LEVELS,
  type Level,
  nameOfPlace,
  type Place,
} from '@capsule/core';
import type { Run } from '../../program/command.ts';
import type { Context } from '../../program/context/context.ts';
import { Input } from '../../program/input.ts';
import type { ProgramManual } from '../../program/manual.ts';
import { narrowProgram } from '../../program/narrow-program.ts';
import { scanWords } from '../../program/scan-words.ts';
import { readContexts } from '../operator/read-contexts.ts';
import { targetsHere } from '../target/find-target.ts';
import { withCapsule } from '../target/with-capsule.ts';
import { completeWords, type LiveNames } from './complete-words.ts';
import { FILES, SHELLS } from './shell-scripts.ts';

/** The longest wait for a completion. */
const ANSWER_MAX_MS = 1000;

export const run: Run = async (input, context) => {
  const target = capsuleIn(input.args) ?? input.text('capsule');
  const asked = new Input(input.command, [], { capsule: target });
  const [first, ...more] = input.args;
  const program = more.length === 0 ? context.program : narrowProgram(context.program, first);
  const live: LiveNames = async (kind, typed) => {
    if (kind === 'shell') return SHELLS;
    if (kind === 'checkSection') return CHECK_SECTIONS;
    if (kind === 'errorCode') return errorCodes();
    if (kind === 'context') return contextNames(context);
    if (kind === 'capsule')
      return [...(await contextNames(context)), ...(await targetsHere(context))];
    const within = placeIn(program, input.args);
    return namesOf(kind, typed, { asked, within, context });
  };
  const { candidates, isFile } = await completeWords(program, input.args, live);
  const lines = candidates.map(({ word, about }) => `${word}\t${about}\n`);
  await context.out.write([...lines, isFile ? `${FILES}\n` : ''].join(''));
  return undefined;
};

/** A damaged configuration has no names to offer. */
async function contextNames(context: Context): Promise<readonly string[]> {
  if (context.program.isLocal) return [];
  const { contexts } = await readContexts(context).catch(() => ({ contexts: [] }));
  return contexts.map(({ name }) => name);
}

/** Loaded here only: no other completion needs the catalogue. */
async function errorCodes(): Promise<readonly string[]> {
  const { ERROR_CATALOGUE } = await import('../explain/gen/error-catalogue.ts');
  return ERROR_CATALOGUE.map(({ code }) => code);
}

/** The capsule that the typed words name. */
function capsuleIn(words: readonly string[]): string | undefined {
  const at = words.indexOf('--capsule');
  const joined = words.find((word) => word.startsWith('--capsule='));
  return at < 0 ? joined?.slice('--capsule='.length) : words[at + 1];
}

/** The parts of the hierarchy that the typed words name: by flags, and the cell whose container comes next. */
function placeIn(program: ProgramManual, words: readonly string[]): Partial<Place> {
  const flags = LEVELS.flatMap((level) => {
    const at = words.indexOf(`--${level}`);
    const name = at < 0 ? undefined : words[at + 1];
    return name === undefined || at + 2 >= words.length ? [] : [[level, name] as const];
  });
  const { plain, command, pathLength } = scanWords(program, words.slice(0, -1));
  const isOfCell = command?.args[0]?.completes === 'cell' && words.at(-2) === '--container';
  const cell = isOfCell ? plain[pathLength]?.word : undefined;
  return { ...Object.fromEntries(flags), ...(cell !== undefined && { cell }) };
}

type Nameable = 'key' | 'workload' | 'volume' | 'snapshot' | 'image' | 'registry' | Level;

interface Asked {
  readonly typed: string;
  /** Where names of realms, spaces, stacks, cells and containers are looked for. */
  readonly within: Partial<Place>;
}

const ASK: Readonly<
  Record<
    Nameable,
    (
      client: CapsuleClient,
      options: { readonly signal: AbortSignal; readonly timeoutMs: number },
      asked: Asked,
    ) => Promise<readonly string[]>
  >
> = {
  key: async (client, options) =>
    (await client.identity.keyList({}, options)).keys.map(({ kid }) => kid),
  workload: async (client, options) =>
    (await client.workload.list({}, options)).workloads.map(({ name }) => name),
  volume: async (client, options) =>
    (await client.volume.list({}, options)).volumes.map(({ name }) => name),
  async snapshot(client, options) {
    const { snapshots } = await client.volume.listSnapshots({}, options);
    const names = snapshots.map(({ volume, name }) => `${volume}@${name}`);
    return [...(await this.volume(client, options, { typed: '', within: {} })), ...names];
  },
  async image(client, options, { typed, within: { realm = '' } }) {
    const { images } = await client.image.list({ realm }, options);
    // As people write it, unless they have begun to write it in full.
    const isFull = (name: string) => typed !== '' && name.startsWith(typed);
    return images.map(({ name }) => (isFull(name) ? name : describeImageReference(name)));
  },
  registry: async (client, options) =>
    (await client.registry.list({}, options)).registries.map(({ name }) => name),
  realm: askLevel('realm'),
  space: askLevel('space'),
  stack: askLevel('stack'),
  cell: askLevel('cell'),
  container: askLevel('container'),
};

/** The names of one level, each once; outer levels that are not named have their usual names. */
function askLevel(level: Level): (typeof ASK)['volume'] {
  return async (client, options, { within }) => {
    const outer = LEVELS.slice(0, LEVELS.indexOf(level));
    const usual: Partial<Place> = DEFAULT_STACK;
    const named = outer.flatMap((part) => {
      const name = within[part] ?? usual[part];
      return name === undefined ? [] : [[part, name] as const];
    });
    const request = { level: levelToProto(level), within: Object.fromEntries(named) };
    const { nodes } = await client.cell.list(request, options);
    return [...new Set(nodes.map((wire) => nameOfPlace(placeOfNode(nodeFromProto(wire)))))];
  };
}

/** A capsule that does not answer has no names to offer; a prompt is no place for its errors. */
async function namesOf(
  kind: Nameable,
  typed: string,
  {
    asked,
    within,
    context,
  }: { readonly asked: Input; readonly within: Partial<Place>; readonly context: Context },
): Promise<readonly string[]> {
  const options = { signal: context.signal, timeoutMs: ANSWER_MAX_MS };
  try {
    return await withCapsule(asked, context, (client) =>
      ASK[kind](client, options, { typed, within }),
    );
  } catch (error) {
    if (isCapsuleError(error)) return [];
    throw error;
  }
}
