import type { ActionName } from '@capsule/core';
import { commandsOf, type NodeVerb } from '../shared/catalogue/node-verb.ts';
import { NODE_VERBS } from '../shared/catalogue/node-verbs.ts';

/** Verbs whose second word may be left out, where it is `cell`. */
const OF_CELLS: readonly string[] = [
  'start',
  'stop',
  'kill',
  'restart',
  'pause',
  'unpause',
  'logs',
  'exec',
  'cp',
  'refresh',
];

/** `kuke` has one word for both: `get cells`, `get cell NAME`. */
const WORDS: Readonly<Record<string, string>> = { logs: 'log' };

/** A flat workload is a cell: the verbs that do for cells what hints ask for workloads. */
const OF_WORKLOADS: Readonly<Record<string, readonly ActionName[]>> = {
  get: ['workload.get', 'workload.list', 'workload.describe'],
  start: ['workload.start'],
  stop: ['workload.stop'],
  restart: ['workload.restart'],
  delete: ['workload.delete'],
  logs: ['workload.logs'],
  exec: ['workload.exec'],
  cp: ['cp'],
};

/** `kuke get|create|start|… realm|space|stack|cell|container`. */
export const NODE_COMMANDS = commandsOf(
  NODE_VERBS.filter(({ verb }) => verb !== 'list').map((verb) =>
    verb.verb === 'get' ? withList(verb) : verb,
  ),
  {
    program: 'kuke',
    pathOf: ({ level, verb }) => [wordOf(verb), level],
    aliasesOf: ({ level, verb }) =>
      level === 'cell' && OF_CELLS.includes(verb) ? [[wordOf(verb)]] : [],
    actionsOf: ({ level, verb }) => [
      ...(verb === 'get' ? [`${level}.get`, `${level}.list`] : [`${level}.${verb}`]),
      ...(level === 'cell' ? (OF_WORKLOADS[verb] ?? []) : []),
    ],
  },
);

function wordOf(verb: string): string {
  return WORDS[verb] ?? verb;
}

/** `get` without a name is the list. */
function withList(get: NodeVerb): NodeVerb {
  const list = NODE_VERBS.find(({ level, verb }) => level === get.level && verb === 'list');
  const own = new Set(get.flags.map(({ flags }) => flags));
  const more = (list?.flags ?? []).filter(({ flags }) => !own.has(flags));
  return {
    ...get,
    summary: `show ${get.level}s: all of them, or the named ones`,
    about: `${get.about ?? ''} Without a name, flags for outer levels limit the list.`,
    args: get.args.map((argument) => ({ ...argument, isOptional: true })),
    flags: [...get.flags, ...more],
    examples: [{ words: '', about: `all ${get.level}s` }, ...get.examples],
  };
}
