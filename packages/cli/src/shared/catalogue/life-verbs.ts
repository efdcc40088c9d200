import type { Flag } from '../../program/manual.ts';
import { TIMEOUT_FLAG } from '../argument/timeout.ts';
import type { ActVerb } from '../node/act.ts';
import { placeFlags } from '../node/place-flags.ts';
import { OUTPUT_FLAG } from '../render/format.ts';
import { GRACE_FLAG } from '../workload/grace.ts';
import { namesOf } from './arguments.ts';
import type { NodeVerb } from './node-verb.ts';

type LifeLevel = 'cell' | 'container';

interface Life {
  readonly verb: ActVerb;
  readonly summary: (level: LifeLevel) => string;
  readonly about?: Readonly<Partial<Record<LifeLevel, string>>>;
  readonly flags: readonly Flag[];
}

const NO_WAIT: Flag = { flags: '--no-wait', summary: 'do not wait until it is ready' };

const LIVES: readonly Life[] = [
  {
    verb: 'start',
    summary: (level) => `start ${level}s and wait until they are ready`,
    about: {
      cell: 'It starts all containers of the cell, also those that were stopped one by one.',
      container: 'Its cell must run. Starting the cell starts all its containers.',
    },
    flags: [NO_WAIT, TIMEOUT_FLAG],
  },
  {
    verb: 'stop',
    summary: (level) => `stop ${level}s, but keep them and their files`,
    about: {
      cell: 'The capsule sends the stop signals, waits for the grace period, and then kills.',
      container: 'The root cannot be stopped alone: stop its cell.',
    },
    flags: [GRACE_FLAG, TIMEOUT_FLAG],
  },
  {
    verb: 'kill',
    summary: (level) => `kill ${level}s at once, but keep them and their files`,
    flags: [TIMEOUT_FLAG],
  },
  {
    verb: 'restart',
    summary: (level) => `stop ${level}s and start them again`,
    about: {
      cell: 'Containers that were stopped one by one stay stopped.',
      container: 'A root restarts alone: the cell keeps its address and its namespaces.',
    },
    flags: [GRACE_FLAG, NO_WAIT, TIMEOUT_FLAG],
  },
  {
    verb: 'pause',
    summary: (level) => `freeze all processes of ${level}s`,
    flags: [TIMEOUT_FLAG],
  },
  {
    verb: 'unpause',
    summary: (level) => `let paused ${level}s go on`,
    flags: [TIMEOUT_FLAG],
  },
];

/** The verbs about the life of cells and containers. */
export const LIFE_VERBS: readonly NodeVerb[] = LIVES.flatMap((life) => [
  lifeVerb(life, 'cell'),
  lifeVerb(life, 'container'),
]);

function lifeVerb({ verb, summary, about, flags }: Life, level: LifeLevel): NodeVerb {
  const text = about?.[level];
  return {
    level,
    verb,
    summary: summary(level),
    ...(text !== undefined && { about: text }),
    args: [namesOf(level)],
    flags: [...placeFlags(level), ...flags, OUTPUT_FLAG],
    examples: [{ words: level === 'cell' ? 'web' : 'side --cell web', about: `one ${level}` }],
    load: async () => ({ run: (await import('../node/act.ts')).actOnNodes(verb, level) }),
  };
}
