import type { Command } from '../program/command.ts';
import { OUTPUT_FLAG } from '../shared/render/format.ts';

/** The commands for the program itself. */
export const TOOL_COMMANDS: readonly Command[] = [
  {
    path: ['version'],
    summary: 'show the versions of capsulectl and of the capsule',
    args: [],
    flags: [{ flags: '--client', summary: 'do not ask the capsule' }, OUTPUT_FLAG],
    examples: [{ line: 'capsulectl version --client', about: 'only this program' }],
    load: () => import('../shared/capsule/version.ts'),
  },
  {
    path: ['explain'],
    summary: 'explain an error code',
    about:
      'Every error ends with a line `see: capsulectl explain CODE`. The command needs no capsule. ' +
      '`<name>` stands for a fact of the error, such as the name of a volume.',
    args: [
      { name: 'code', summary: 'the error code, such as VOLUME_IN_USE', completes: 'errorCode' },
    ],
    flags: [OUTPUT_FLAG],
    examples: [
      { line: 'capsulectl explain VOLUME_IN_USE', about: 'message, reason and fix' },
      { line: 'capsulectl explain VOLUME_IN_USE -o json', about: 'for a program' },
    ],
    load: () => import('../shared/explain/explain.ts'),
  },
  {
    path: ['schema'],
    summary: 'print the JSON Schema of manifests, for editors',
    args: [],
    flags: [],
    examples: [
      {
        line: 'capsulectl schema > capsule.schema.json',
        about: 'a file for the settings of an editor',
      },
    ],
    load: () => import('../shared/manifest/schema.ts'),
  },
  {
    path: ['completion'],
    summary: 'print the completion script of a shell',
    args: [{ name: 'shell', summary: 'bash, zsh, fish or powershell', completes: 'shell' }],
    flags: [],
    examples: [
      { line: 'source <(capsulectl completion bash)', about: 'for this bash shell' },
      {
        line: 'capsulectl completion fish > ~/.config/fish/completions/capsulectl.fish',
        about: 'for every fish shell',
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
