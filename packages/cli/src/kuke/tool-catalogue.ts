import type { Command } from '../program/command.ts';
import { OUTPUT_FLAG } from '../shared/render/format.ts';

/** The commands for the program itself. */
export const TOOL_COMMANDS: readonly Command[] = [
  {
    path: ['version'],
    summary: 'show the versions of kuke and of the capsule',
    args: [],
    flags: [{ flags: '--client', summary: 'do not ask the capsule' }, OUTPUT_FLAG],
    examples: [{ line: 'sudo kuke version', about: 'both' }],
    load: () => import('../shared/capsule/version.ts'),
  },
  {
    path: ['explain'],
    summary: 'explain an error code',
    about:
      'Every error ends with a line `see: kuke explain CODE`. The command needs no capsule. ' +
      '`<name>` stands for a fact of the error, such as the name of a volume.',
    args: [
      { name: 'code', summary: 'the error code, such as VOLUME_IN_USE', completes: 'errorCode' },
    ],
    flags: [OUTPUT_FLAG],
    examples: [{ line: 'kuke explain API_DENIED', about: 'message, reason and fix' }],
    load: () => import('../shared/explain/explain.ts'),
  },
  {
    path: ['completion'],
    aliases: [['autocomplete']],
    summary: 'print the completion script of a shell',
    args: [{ name: 'shell', summary: 'bash, zsh, fish or powershell', completes: 'shell' }],
    flags: [],
    examples: [{ line: 'source <(kuke completion bash)', about: 'for this bash shell' }],
    load: () => import('../shared/completion/completion.ts'),
  },
  {
    path: ['__complete'],
    summary: 'print the candidates for the next word',
    args: [{ name: 'word', summary: 'the words so far', isOptional: true, isRepeatable: true }],
    flags: [],
    examples: [{ line: 'kuke __complete -- ""', about: 'commands' }],
    isHidden: true,
    load: () => import('../shared/completion/complete.ts'),
  },
];
