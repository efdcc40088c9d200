import type { Run } from '../../program/command.ts';
import type { Context } from '../../program/context/context.ts';
import type { Input } from '../../program/input.ts';
import { readContexts } from '../operator/read-contexts.ts';

export const ALL_FLAG = {
  flags: '--all',
  summary: 'ask all contexts, like --capsule with all their names',
} as const;

/** The same command, which also asks several capsules: `--capsule a,b`, `CAPSULE_HOST=a,b` or `--all`. */
function acrossCapsules(run: Run): Run {
  return async (input, context) => {
    const names = await capsulesOf(input, context);
    if (names === undefined) return run(input, context);
    const { runOnEach } = await import('./run-on-each.ts');
    return runOnEach({ run, names }, input, context);
  };
}

/** Undefined: one capsule is meant, in whichever way. */
async function capsulesOf(input: Input, context: Context): Promise<readonly string[] | undefined> {
  if (input.isOn('all')) {
    if (input.text('capsule') !== undefined) {
      throw input.refuse('--all and --capsule exclude each other');
    }
    const { contexts } = await readContexts(context);
    if (contexts.length > 0) return contexts.map(({ name }) => name);
    throw input.refuse('--all means all contexts, and there is none');
  }
  const named = input.text('capsule') ?? context.env['CAPSULE_HOST'] ?? '';
  if (!named.includes(',')) return undefined;
  return [...new Set(named.split(',').map((name) => name.trim()))].filter((name) => name !== '');
}

type Load = () => Promise<{ readonly run: Run }>;

/** Loads a command that also asks several capsules. */
export function loadAcross(load: Load): Load {
  return async () => ({ run: acrossCapsules((await load()).run) });
}
