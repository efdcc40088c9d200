import type { Command } from '../program/command.ts';
import { OUTPUT_FLAG } from '../shared/render/format.ts';

/** The commands for the program itself. */
export const TOOL_COMMANDS: readonly Command[] = [
  {
    path: ['version'],
    summary: 'show the versions of capsulectl and of the capsule',
    args: [],
    flags: [{ flags: '--client', summary: 'do not ask the capsule' }, OUTPUT_FLAG],
    examples: [{ line: 'capsulectl version --client', about: 'this program only' }],
    load: () => import('../shared/capsule/version.ts'),
  },
  {
    path: ['schema'],
    summary: 'print the JSON Schema of manifests, for editors',
    args: [],
    flags: [],
    examples: [
      { line: 'capsulectl schema > capsule.schema.json', about: 'for the settings of an editor' },
    ],
    load: () => import('../shared/manifest/schema.ts'),
  },
  {
    path: ['completion'],
    summary: 'print the completion script of a shell',
    args: [{ name: 'shell', summary: 'bash, zsh, fish or powershell', completes: 'shell' }],
    flags: [],
    examples: [
      { line: 'source <(capsulectl completion bash)', about: 'this bash' },
      {
        line: 'capsulectl completion fish > ~/.config/fish/completions/capsulectl.fish',
        about: 'every fish',
      },
    ],
    load: () => import('../shared/completion/completion.ts'),
  },
  {
    path: ['__complete'],
    summary: 'print the candidates for the next word',
    args: [{ name: 'word', summary: 'the words so far', isOptional: true, isRepeatable: true }],
    flags: [],
    examples: [{ line: 'capsulectl __complete -- workload get ""', about: 'names of workloads' }],
    isHidden: true,
    load: () => import('../shared/completion/complete.ts'),
  },
];
