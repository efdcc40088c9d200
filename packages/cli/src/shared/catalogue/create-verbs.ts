import { LEVELS, type Level } from '@capsule/core';
import type { Flag } from '../../program/manual.ts';
import { TIMEOUT_FLAG } from '../argument/timeout.ts';
import { CONTAINER_FLAGS, DEFAULT_IMAGE, LABEL_FLAG } from '../create/container-flags.ts';
import { placeFlags } from '../node/place-flags.ts';
import { OUTPUT_FLAG } from '../render/format.ts';
import type { NodeVerb } from './node-verb.ts';

const WAIT_FLAGS: readonly Flag[] = [
  { flags: '--no-wait', summary: 'do not wait until it is ready' },
  TIMEOUT_FLAG,
];

const OWN: Readonly<Record<Level, readonly Flag[]>> = {
  realm: [
    { flags: '--namespace <name>', summary: 'its containerd namespace (default: kukeon-NAME)' },
  ],
  space: [],
  stack: [],
  cell: [
    {
      flags: '--image <image>',
      summary: 'give it a root container of this image',
      completes: 'image',
    },
    ...CONTAINER_FLAGS,
  ],
  container: [
    {
      flags: '--image <image>',
      summary: `its image (default: ${DEFAULT_IMAGE})`,
      completes: 'image',
    },
    { flags: '--root', summary: 'it is the root of its cell' },
    ...CONTAINER_FLAGS,
  ],
};

const ABOUT: Readonly<Record<Level, string>> = {
  realm: 'A realm is a containerd namespace with images and spaces of its own.',
  space: 'A space is a network: a bridge with a range of addresses of its own.',
  stack: 'A stack groups cells.',
  cell:
    'Without --image, the cell is empty: it has its namespaces and its address, and the first container that you ' +
    'create in it becomes its root. With --image, the flags describe its root, which has the name of the cell.',
  container:
    'In a running cell, the container starts at once. In a stopped one, it starts with its cell. ' +
    'If it exists with the same fields, nothing changes; with other fields, change it with apply.',
};

const EXAMPLES: Readonly<Record<Level, NodeVerb['examples']>> = {
  realm: [{ words: 'prod', about: 'with the containerd namespace kukeon-prod' }],
  space: [{ words: 'shop --realm prod', about: 'with a bridge of its own' }],
  stack: [{ words: 'blog', about: 'in main/default' }],
  cell: [
    { words: 'web', about: 'an empty cell' },
    { words: 'web --image nginx:alpine --port 8080:80', about: 'with a root container' },
  ],
  container: [
    {
      words: 'side --cell web --image busybox --args top',
      about: 'one more container, in addition to the root',
    },
  ],
};

/** `create`, of every level. */
export const CREATE_VERBS: readonly NodeVerb[] = LEVELS.map((level) => ({
  level,
  verb: 'create',
  summary: `create a ${level}`,
  about: ABOUT[level],
  args: [{ name: 'name', summary: `name of the new ${level}` }],
  flags: [...placeFlags(level), ...OWN[level], LABEL_FLAG, ...WAIT_FLAGS, OUTPUT_FLAG],
  examples: EXAMPLES[level],
  load: async () => ({ run: (await import('../create/create.ts')).createNode(level) }),
}));
