import type { Command } from '../program/command.ts';
import type { Argument } from '../program/manual.ts';
import { LIST_FLAGS } from '../shared/render/format.ts';

const CONTEXT: Argument = { name: 'context', summary: 'name of the context', completes: 'context' };

/** The commands for the capsules that this operator adopted. They need no capsule. */
export const CONTEXT_COMMANDS: readonly Command[] = [
  {
    path: ['context', 'list'],
    aliases: [['context', 'ls']],
    summary: 'show the adopted capsules',
    args: [],
    flags: [...LIST_FLAGS],
    examples: [{ line: 'capsulectl context list -o wide', about: 'with fingerprints' }],
    load: () => import('../shared/context/list.ts'),
  },
  {
    path: ['context', 'use'],
    summary: 'choose the capsule for commands that name none',
    about: '--capsule and CAPSULE_HOST take precedence over it.',
    args: [CONTEXT],
    flags: [],
    examples: [{ line: 'capsulectl context use box', about: 'for this user, until changed' }],
    load: () => import('../shared/context/use.ts'),
  },
  {
    path: ['context', 'rm'],
    aliases: [['context', 'delete']],
    summary: 'forget adopted capsules',
    about: 'The key stays on this machine and on the capsule; `key rm` removes it there.',
    args: [{ ...CONTEXT, isRepeatable: true }],
    flags: [],
    examples: [{ line: 'capsulectl context rm old-box', about: 'to adopt it again later' }],
    load: () => import('../shared/context/rm.ts'),
  },
  {
    path: ['context', 'rename'],
    summary: 'give an adopted capsule another name here',
    args: [CONTEXT, { name: 'new', summary: 'the new name' }],
    flags: [],
    examples: [
      {
        line: 'capsulectl context rename 192.0.2.7 box',
        about: 'changes only the name on this machine',
      },
    ],
    load: () => import('../shared/context/rename.ts'),
  },
];
