import { commandsOf } from '../shared/catalogue/node-verb.ts';
import { NODE_VERBS } from '../shared/catalogue/node-verbs.ts';

/** `capsulectl realm|space|stack|cell|container …`. */
export const NODE_COMMANDS = commandsOf(NODE_VERBS, {
  program: 'capsulectl',
  pathOf: ({ level, verb }) => [level, verb],
  aliasesOf: ({ level, verb }) => (verb === 'list' ? [[level, 'ls']] : []),
  actionsOf: ({ level, verb }) => [`${level}.${verb}`],
});
