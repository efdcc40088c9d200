import type { CapsuleClient } from '@capsule/api/wire';
import { describeImageReference, isCapsuleError } from '@capsule/core';
import type { Run } from '../../program/command.ts';
import type { Context } from '../../program/context/context.ts';
import { Input } from '../../program/input.ts';
import { targetsHere } from '../target/find-target.ts';
import { withCapsule } from '../target/with-capsule.ts';
import { completeWords, type LiveNames } from './complete-words.ts';
import { FILES, SHELLS } from './shell-scripts.ts';

/** The longest wait for a completion. */
const ANSWER_MAX_MS = 1000;

export const run: Run = async (input, context) => {
  const target = capsuleIn(input.args) ?? input.text('capsule');
  const asked = new Input(input.command, [], { capsule: target });
  const live: LiveNames = async (kind, typed) => {
    if (kind === 'shell') return SHELLS;
    if (kind === 'errorCode') return errorCodes();
    if (kind === 'capsule') return targetsHere(context);
    return namesOf(kind, typed, { asked, context });
  };
  const { candidates, isFile } = await completeWords(context.program, input.args, live);
  const lines = candidates.map(({ word, about }) => `${word}\t${about}\n`);
  await context.out.write([...lines, isFile ? `${FILES}\n` : ''].join(''));
  return undefined;
};

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

type Nameable = 'workload' | 'volume' | 'snapshot' | 'image' | 'registry';

const ASK: Readonly<
  Record<
    Nameable,
    (
      client: CapsuleClient,
      options: { readonly signal: AbortSignal; readonly timeoutMs: number },
      typed: string,
    ) => Promise<readonly string[]>
  >
> = {
  workload: async (client, options) =>
    (await client.workload.list({}, options)).workloads.map(({ name }) => name),
  volume: async (client, options) =>
    (await client.volume.list({}, options)).volumes.map(({ name }) => name),
  async snapshot(client, options) {
    const { snapshots } = await client.volume.listSnapshots({}, options);
    const names = snapshots.map(({ volume, name }) => `${volume}@${name}`);
    return [...(await this.volume(client, options, '')), ...names];
  },
  async image(client, options, typed) {
    const { images } = await client.image.list({}, options);
    // As people write it, unless they have begun to write it in full.
    const isFull = (name: string) => typed !== '' && name.startsWith(typed);
    return images.map(({ name }) => (isFull(name) ? name : describeImageReference(name)));
  },
  registry: async (client, options) =>
    (await client.registry.list({}, options)).registries.map(({ name }) => name),
};

/** A capsule that does not answer has no names to offer; a prompt is no place for its errors. */
async function namesOf(
  kind: Nameable,
  typed: string,
  { asked, context }: { readonly asked: Input; readonly context: Context },
): Promise<readonly string[]> {
  const options = { signal: context.signal, timeoutMs: ANSWER_MAX_MS };
  try {
    return await withCapsule(asked, context, (client) => ASK[kind](client, options, typed));
  } catch (error) {
    if (isCapsuleError(error)) return [];
    throw error;
  }
}
