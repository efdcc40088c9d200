import { LEVELS, type Level } from '@capsule/core';
import { TIMEOUT_FLAG } from '../argument/timeout.ts';
import { YES_FLAG } from '../confirm/confirm.ts';
import { filterFlags, placeFlags } from '../node/place-flags.ts';
import { LIST_FLAGS, OUTPUT_FLAG } from '../render/format.ts';
import { WATCH_FLAG } from '../stream/watch-flag.ts';
import { namesOf } from './arguments.ts';
import type { NodeVerb } from './node-verb.ts';

const SELECTOR_FLAG = {
  flags: '-l, --selector <labels>',
  summary: 'only with these labels: app=web,tier!=db,canary,!old',
} as const;

const FORCE_FLAG = {
  flags: '--force',
  summary: 'kill immediately, without stop signal and grace period',
} as const;

const IGNORE_MISSING_FLAG = {
  flags: '--ignore-missing',
  summary: 'succeed even if there is none of this name',
} as const;

/** Names in examples. */
const EXAMPLES: Readonly<Record<Level, { readonly name: string; readonly place: string }>> = {
  realm: { name: 'prod', place: '' },
  space: { name: 'shop', place: '' },
  stack: { name: 'blog', place: '' },
  cell: { name: 'web', place: '' },
  container: { name: 'side', place: ' --cell web' },
};

/** Of containers, what goes is not more than themselves. */
const isCascading = (level: Level) => level !== 'container';

/** The verbs that every level has, without `create`. */
export const COMMON_VERBS: readonly NodeVerb[] = LEVELS.flatMap((level) => [
  listVerb(level),
  getVerb(level),
  deleteVerb(level),
  purgeVerb(level),
]);

function listVerb(level: Level): NodeVerb {
  return {
    level,
    verb: 'list',
    summary: `show all ${level}s`,
    about: 'Flags for outer levels limit the list. Without them, it shows all.',
    args: [],
    flags: [...filterFlags(level), SELECTOR_FLAG, WATCH_FLAG, ...LIST_FLAGS],
    examples: [{ words: '-o wide', about: 'with more columns' }],
    load: async () => ({ run: (await import('../node/get.ts')).getNodes(level) }),
  };
}

function getVerb(level: Level): NodeVerb {
  const { name, place } = EXAMPLES[level];
  return {
    level,
    verb: 'get',
    summary: `show ${level}s`,
    about:
      `One ${level} is printed as its manifest with its status, several as a table. ` +
      'The output of -o yaml can be applied again.',
    args: [namesOf(level)],
    flags: [...placeFlags(level), WATCH_FLAG, ...LIST_FLAGS],
    examples: [
      { words: `${name}${place}`, about: 'as a manifest' },
      { words: `${name}${place} -o wide`, about: 'as a row of the table' },
    ],
    load: async () => ({ run: (await import('../node/get.ts')).getNodes(level) }),
  };
}

function deleteVerb(level: Level): NodeVerb {
  const { name, place } = EXAMPLES[level];
  const cascade = {
    flags: '--cascade',
    summary: level === 'cell' ? 'also delete all its containers' : 'first delete everything in it',
  };
  return {
    level,
    verb: 'delete',
    summary: `delete ${level}s`,
    about: {
      realm: 'A realm that is not empty is deleted only with --cascade.',
      space: 'A space that is not empty is deleted only with --cascade.',
      stack: 'A stack that is not empty is deleted only with --cascade.',
      cell: 'A cell with other containers than its root is deleted only with --cascade.',
      container:
        'A running container is stopped first. The root container is deleted only with its cell.',
    }[level],
    args: [namesOf(level)],
    flags: [
      ...placeFlags(level),
      ...(isCascading(level) ? [cascade] : []),
      FORCE_FLAG,
      IGNORE_MISSING_FLAG,
      YES_FLAG,
      TIMEOUT_FLAG,
      OUTPUT_FLAG,
    ],
    examples: [{ words: `${name}${place}`, about: 'asks first on a terminal' }],
    load: async () => ({ run: (await import('../node/delete.ts')).deleteNodes(level) }),
  };
}

function purgeVerb(level: Level): NodeVerb {
  const { name, place } = EXAMPLES[level];
  const what = isCascading(level) ? ' with everything in them' : '';
  return {
    level,
    verb: 'purge',
    summary: `kill and delete ${level}s${what}`,
    about: `Does the same as delete with ${isCascading(level) ? '--cascade and ' : ''}--force.`,
    args: [namesOf(level)],
    flags: [...placeFlags(level), IGNORE_MISSING_FLAG, YES_FLAG, TIMEOUT_FLAG, OUTPUT_FLAG],
    examples: [{ words: `${name}${place}`, about: 'asks first on a terminal' }],
    load: async () => ({
      run: (await import('../node/delete.ts')).deleteNodes(level, { isPurge: true }),
    }),
  };
}
