import type { Command } from '../program/command.ts';
import { COPY_ABOUT, COPY_FLAGS } from '../shared/copy/copy-flags.ts';
import { ALL_FLAG, loadAcross } from '../shared/fleet/across-capsules.ts';
import { APPLY_ABOUT, APPLY_FLAGS, DIFF_FLAGS } from '../shared/manifest/apply-flags.ts';
import { LIST_FLAGS } from '../shared/render/format.ts';
import { FOLLOW } from '../shared/stream/stream-flags.ts';
import { SELECTOR_FLAG } from '../shared/workload/chosen-names.ts';
import { SORT_FLAG } from '../shared/workload/usage-order.ts';
import { WORKLOAD } from './workload-catalogue.ts';

/** The most frequent commands, without a noun before them. */
export const ROOT_COMMANDS: readonly Command[] = [
  {
    path: ['apply'],
    summary: 'create or change the resources of manifests',
    about: APPLY_ABOUT,
    args: [],
    flags: [ALL_FLAG, ...APPLY_FLAGS],
    examples: [
      { line: 'capsulectl apply -f examples/nginx-bridge.yaml', about: 'one file' },
      { line: 'capsulectl apply -f manifests/ --wait', about: 'all files of a folder' },
      {
        line: 'capsulectl workload get web -o yaml | capsulectl apply -f -',
        about: 'changes nothing',
      },
    ],
    load: loadAcross(() => import('../shared/manifest/apply.ts')),
  },
  {
    path: ['diff'],
    summary: 'show what an apply would change',
    about: 'The exit code is 0 without changes, 1 with changes, and 2 after an error.',
    args: [],
    flags: DIFF_FLAGS,
    examples: [{ line: 'capsulectl diff -f web.yaml', about: 'field by field' }],
    load: () => import('../shared/manifest/diff.ts'),
  },
  {
    path: ['events'],
    summary: 'show what happened to workloads',
    about:
      'Also shows the events of deleted workloads, as long as the capsule keeps them. With -f, it reconnects after a ' +
      'restart of capsuled, and loses or repeats no event.',
    args: [{ ...WORKLOAD, isOptional: true, isRepeatable: true }],
    flags: [
      ALL_FLAG,
      FOLLOW,
      { flags: '-n, --tail <events>', summary: 'show only the last events' },
      { flags: '--since <when>', summary: 'show only newer events: 10m, 2026-01-31T09:00:00Z' },
      ...LIST_FLAGS,
    ],
    examples: [
      { line: 'capsulectl events web -n 20', about: 'the last twenty events of one workload' },
      { line: 'capsulectl events -f', about: 'follow all' },
    ],
    load: loadAcross(() => import('../shared/event/events.ts')),
  },
  {
    path: ['top'],
    summary: 'watch the usage of workloads, the busiest first',
    about:
      'Does the same as `workload stats --watch --sort cpu`. In a pipe, it prints the table once.',
    args: [{ ...WORKLOAD, isOptional: true, isRepeatable: true }],
    flags: [SELECTOR_FLAG, SORT_FLAG, ...LIST_FLAGS],
    examples: [
      { line: 'capsulectl top', about: 'until Ctrl-C' },
      { line: 'capsulectl top --sort memory', about: 'the largest first' },
    ],
    load: async () => ({ run: (await import('../shared/workload/stats.ts')).top }),
  },
  {
    path: ['cp'],
    summary: 'copy files and folders to and from a workload',
    about: COPY_ABOUT,
    args: [
      { name: 'source', summary: 'local path, or NAME:/path', completes: 'place' },
      { name: 'target', summary: 'local path, or NAME:/path', completes: 'place' },
    ],
    flags: COPY_FLAGS,
    examples: [
      { line: 'capsulectl cp site/. web:/usr/share/nginx/html', about: 'the contents of a folder' },
      { line: 'capsulectl cp web:/etc/nginx/nginx.conf .', about: 'a file out of a workload' },
      { line: 'capsulectl cp web:/var/log - | tar -t', about: 'as an archive' },
    ],
    load: () => import('../shared/copy/cp.ts'),
  },
];
