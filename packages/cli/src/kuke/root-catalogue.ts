import type { Command } from '../program/command.ts';
import { TIMEOUT_FLAG } from '../shared/argument/timeout.ts';
import { YES_FLAG } from '../shared/confirm/confirm.ts';
import { APPLY_ABOUT, APPLY_FLAGS, DIFF_FLAGS, FILE_FLAG } from '../shared/manifest/apply-flags.ts';
import { OUTPUT_FLAG } from '../shared/render/format.ts';

/** The commands for files of manifests, and the report of what a capsule starts with. */
export const ROOT_COMMANDS: readonly Command[] = [
  {
    path: ['init'],
    summary: 'show the realms, spaces and stacks of the capsule',
    about:
      'A capsule makes the realm main, its space default and the stack default at its first start, so there is ' +
      'nothing to do. The command changes nothing, however often you run it.',
    args: [],
    flags: [OUTPUT_FLAG],
    examples: [{ line: 'kuke init', about: 'realms, spaces and stacks, with their networks' }],
    load: () => import('../shared/node/init.ts'),
  },
  {
    path: ['apply'],
    summary: 'create or change the resources of manifests',
    about: APPLY_ABOUT,
    args: [],
    flags: APPLY_FLAGS,
    examples: [
      { line: 'kuke apply -f web.yaml', about: 'one file' },
      { line: 'kuke get cell web -o yaml | kuke apply -f -', about: 'changes nothing' },
    ],
    load: () => import('../shared/manifest/apply.ts'),
  },
  {
    path: ['diff'],
    summary: 'show what an apply would change',
    about: 'The exit code is 0 without changes, 1 with changes, and 2 after an error.',
    args: [],
    flags: DIFF_FLAGS,
    examples: [{ line: 'kuke diff -f web.yaml', about: 'field by field' }],
    load: () => import('../shared/manifest/diff.ts'),
  },
];

/** Beside the deletion of single things. */
export const DELETE_COMMANDS: readonly Command[] = [
  {
    path: ['delete', 'manifest'],
    aliases: [['delete']],
    summary: 'delete everything that files declare',
    about:
      'Deletes in the reverse order of an apply. Something that does not exist is no error. ' +
      'Deletes a cell with its containers, but a realm, space or stack that is not empty only with --cascade.',
    args: [],
    flags: [
      FILE_FLAG,
      { flags: '--cascade', summary: 'first delete everything in realms, spaces and stacks' },
      { flags: '--force', summary: 'kill immediately, without stop signal and grace period' },
      YES_FLAG,
      TIMEOUT_FLAG,
      OUTPUT_FLAG,
    ],
    examples: [
      { line: 'kuke delete -f web.yaml', about: 'asks first on a terminal' },
      { line: 'kuke delete manifest -f web.yaml', about: 'the same' },
    ],
    load: () => import('../shared/manifest/delete-manifests.ts'),
  },
];
