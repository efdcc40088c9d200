import type { Level } from '@capsule/core';
import type { Argument } from '../../program/manual.ts';
import { COPY_ABOUT, COPY_FLAGS } from '../copy/copy-flags.ts';
import { filterFlags, placeFlags } from '../node/place-flags.ts';
import { OUTPUT_FLAG } from '../render/format.ts';
import { EXEC_FLAGS, LOG_FLAGS } from '../workload/container-flags.ts';
import { CONTAINER_FLAG, nameOf } from './arguments.ts';
import type { NodeVerb } from './node-verb.ts';

const COMMAND: Argument = {
  name: 'command',
  summary: 'program and arguments',
  isRepeatable: true,
  isOfOther: true,
};

const LEVELS = ['cell', 'container'] as const;

const EXAMPLES = {
  cell: { name: 'web', other: 'web --container side' },
  container: { name: 'side --cell web', other: 'side --cell web' },
} as const;

/** The verbs that read and write what is inside of containers, and `refresh`. */
export const OUTPUT_VERBS: readonly NodeVerb[] = [
  ...LEVELS.map(logsVerb),
  ...LEVELS.map(execVerb),
  copyVerb(),
  refreshVerb(),
];

function logsVerb(level: (typeof LEVELS)[number]): NodeVerb {
  return {
    level,
    verb: 'logs',
    summary: `print the output of ${level === 'cell' ? 'a container of a cell' : 'a container'}`,
    about:
      'Its stdout goes to stdout, its stderr to stderr, byte for byte. With -f, it continues across restarts ' +
      'of the container and of capsuled.',
    args: [nameOf(level)],
    flags: [...targetFlags(level), ...LOG_FLAGS],
    examples: [
      { words: `-f ${EXAMPLES[level].name}`, about: 'follow the output' },
      { words: `${EXAMPLES[level].other} --tail 100`, about: 'the last 100 lines' },
    ],
    load: async () => ({ run: (await import('../node/logs.ts')).logsOfNode(level) }),
  };
}

function execVerb(level: (typeof LEVELS)[number]): NodeVerb {
  return {
    level,
    verb: 'exec',
    summary: `run a command in ${level === 'cell' ? 'a container of a cell' : 'a container'}`,
    about:
      'The command is all words after the name, or after --. Flags come before it. exec ends with the exit code ' +
      'of the command: 127 if the program does not exist, 126 if it is not executable, 125 if the capsule could ' +
      'not start it. exec passes signals to the command, and with -t also keys.',
    args: [nameOf(level), COMMAND],
    flags: [...targetFlags(level), ...EXEC_FLAGS],
    examples: [
      { words: `-t ${EXAMPLES[level].name} -- /bin/sh`, about: 'a shell' },
      { words: `${EXAMPLES[level].other} -- ps`, about: 'one command' },
    ],
    load: async () => ({ run: (await import('../node/exec.ts')).execInNode(level) }),
  };
}

function copyVerb(): NodeVerb {
  const side = { summary: 'local path, or CELL:/path', completes: 'cellPlace' } as const;
  return {
    level: 'cell',
    verb: 'cp',
    summary: 'copy files and folders to and from a cell',
    about: COPY_ABOUT,
    args: [
      { name: 'source', ...side },
      { name: 'target', ...side },
    ],
    flags: [...targetFlags('cell'), ...COPY_FLAGS],
    examples: [
      { words: 'site/. web:/usr/share/nginx/html', about: 'the contents of a folder' },
      { words: 'web:/etc/hosts .', about: 'a file out of a cell' },
    ],
    load: () => import('../node/cp.ts'),
  };
}

function refreshVerb(): NodeVerb {
  return {
    level: 'cell',
    verb: 'refresh',
    summary: 'compare the records of containers with their actual state now',
    about: 'The capsule does so by itself whenever something happens.',
    args: [],
    flags: [...filterFlags('container'), OUTPUT_FLAG],
    examples: [{ words: '', about: 'all containers' }],
    load: () => import('../node/refresh.ts'),
  };
}

function targetFlags(level: Extract<Level, 'cell' | 'container'>) {
  return level === 'cell' ? [CONTAINER_FLAG, ...placeFlags(level)] : placeFlags(level);
}
