import { isCapsuleError } from '@capsule/core';
import type { Run } from '../../program/command.ts';
import type { Context } from '../../program/context/context.ts';
import { Input } from '../../program/input.ts';
import { withCapsule } from '../target/with-capsule.ts';
import { completeWords, type LiveNames } from './complete-words.ts';
import { SHELLS } from './shell-scripts.ts';

/** Nobody waits longer for a completion. */
const ANSWER_MAX_MS = 1000;

export const run: Run = async (input, context) => {
  const target = capsuleIn(input.args) ?? input.text('capsule');
  const asked = new Input(input.command, [], { capsule: target });
  const live: LiveNames = async (kind) => {
    if (kind === 'shell') return SHELLS;
    return kind === 'file' ? [] : namesOf(kind, asked, context);
  };
  const candidates = await completeWords(context.program, input.args, live);
  await context.out.write(candidates.map(({ word, about }) => `${word}\t${about}\n`).join(''));
  return undefined;
};

/** The capsule that the typed words name. */
function capsuleIn(words: readonly string[]): string | undefined {
  const at = words.indexOf('--capsule');
  const joined = words.find((word) => word.startsWith('--capsule='));
  return at < 0 ? joined?.slice('--capsule='.length) : words[at + 1];
}

/** A capsule that does not answer has no names to offer; a prompt is no place for its errors. */
async function namesOf(
  kind: 'workload' | 'volume' | 'snapshot',
  input: Input,
  context: Context,
): Promise<readonly string[]> {
  try {
    return await withCapsule(input, context, async (client) => {
      const options = { signal: context.signal, timeoutMs: ANSWER_MAX_MS };
      if (kind === 'workload') {
        return (await client.workload.list({}, options)).workloads.map(({ name }) => name);
      }
      const volumes = await client.volume.list({}, options);
      const names = volumes.volumes.map(({ name }) => name);
      if (kind === 'volume') return names;
      const { snapshots } = await client.volume.listSnapshots({}, options);
      return [...names, ...snapshots.map(({ volume, name }) => `${volume}@${name}`)];
    });
  } catch (error) {
    if (isCapsuleError(error)) return [];
    throw error;
  }
}
