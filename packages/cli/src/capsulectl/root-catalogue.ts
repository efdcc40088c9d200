import type { Command } from '../program/command.ts';
import { TIMEOUT_FLAG } from '../shared/argument/timeout.ts';
import { LIST_FLAGS, OUTPUT_FLAG } from '../shared/render/format.ts';
import { FOLLOW } from '../shared/stream/stream-flags.ts';
import { SELECTOR_FLAG } from '../shared/workload/chosen-names.ts';
import { SORT_FLAG } from '../shared/workload/usage-order.ts';
import { WORKLOAD } from './workload-catalogue.ts';

/** The most frequent commands, without a noun before them. */
export const ROOT_COMMANDS: readonly Command[] = [
  {
    path: ['apply'],
    summary: 'create or change the resources of manifests',
    about:
      'The capsule checks all documents of all files first; if one is wrong, it applies none. ' +
      'An unchanged workload stays, even if a workload that it depends on was deleted. ' +
      'Applying the same file again changes nothing. The capsule ignores the keys status, generation, uid, ' +
      'createdAt and desiredState, as `get -o yaml` prints them.',
    args: [],
    flags: [
      {
        flags: '-f, --file <path>',
        summary: 'a manifest, a folder of them, or - for the input',
        isRepeatable: true,
        completes: 'file',
      },
      { flags: '--dry-run', summary: 'check all, show the changes, and change nothing' },
      { flags: '--wait', summary: 'wait until all is ready (default on a terminal)' },
      { flags: '--no-wait', summary: 'do not wait' },
      TIMEOUT_FLAG,
      OUTPUT_FLAG,
    ],
    examples: [
      { line: 'capsulectl apply -f examples/nginx-bridge.yaml', about: 'one file' },
      { line: 'capsulectl apply -f manifests/ --wait', about: 'a folder, and wait' },
      {
        line: 'capsulectl workload get web -o yaml | capsulectl apply -f -',
        about: 'changes nothing',
      },
    ],
    load: () => import('../shared/manifest/apply.ts'),
  },
  {
    path: ['diff'],
    summary: 'show what an apply would change',
    about: 'Exit code 0: nothing would change; 1: something would; 2: an error.',
    args: [],
    flags: [
      {
        flags: '-f, --file <path>',
        summary: 'a manifest, a folder of them, or - for the input',
        isRepeatable: true,
        completes: 'file',
      },
      OUTPUT_FLAG,
    ],
    examples: [{ line: 'capsulectl diff -f web.yaml', about: 'field by field' }],
    load: () => import('../shared/manifest/diff.ts'),
  },
  {
    path: ['events'],
    summary: 'show what happened to workloads',
    about:
      'Also shows the events of deleted workloads, as long as the capsule keeps them. Following survives a restart of ' +
      'capsuled: no event is lost or doubled.',
    args: [{ ...WORKLOAD, isOptional: true, isRepeatable: true }],
    flags: [
      FOLLOW,
      { flags: '-n, --tail <events>', summary: 'only the last events' },
      { flags: '--since <when>', summary: 'only newer events: 10m, 2026-01-31T09:00:00Z' },
      ...LIST_FLAGS,
    ],
    examples: [
      { line: 'capsulectl events web -n 20', about: 'the last twenty events of one workload' },
      { line: 'capsulectl events -f', about: 'follow all' },
    ],
    load: () => import('../shared/event/events.ts'),
  },
  {
    path: ['top'],
    summary: 'watch the usage of workloads, the busiest first',
    about: 'The same as `workload stats --watch --sort cpu`; into a pipe it prints once.',
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
    about:
      'cp copies into a folder that exists; another target is the new name; SOURCE/. means the ' +
      'contents. cp follows a link as target, and copies a link as source as a link. - is a tar archive ' +
      'of the input or output. The workload may run or not, and needs no tar of its own. Files that ' +
      'go in belong to root there, files that come out to you here, unless --archive keeps owners. cp leaves ' +
      'out FIFOs and devices with a warning, unless --archive makes them, and refuses them as target. ' +
      'It always leaves out sockets.',
    args: [
      { name: 'source', summary: 'path here, or NAME:/path', completes: 'place' },
      { name: 'target', summary: 'path here, or NAME:/path', completes: 'place' },
    ],
    flags: [
      { flags: '-a, --archive', summary: 'keep owners, set-id bits, FIFOs and devices' },
      { flags: '-q, --quiet', summary: 'no progress' },
    ],
    examples: [
      { line: 'capsulectl cp site/. web:/usr/share/nginx/html', about: 'the contents of a folder' },
      { line: 'capsulectl cp web:/etc/nginx/nginx.conf .', about: 'a file out of a workload' },
      { line: 'capsulectl cp web:/var/log - | tar -t', about: 'as an archive' },
    ],
    load: () => import('../shared/copy/cp.ts'),
  },
];
