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
    path: ['completion'],
    aliases: [['autocomplete']],
    summary: 'print the completion script of a shell',
    args: [{ name: 'shell', summary: 'bash, zsh, fish or powershell', completes: 'shell' }],
    flags: [],
    examples: [{ line: 'source <(kuke completion bash)', about: 'this bash' }],
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
