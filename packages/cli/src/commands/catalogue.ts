import type { Argument, Command } from '../command/command.ts';
import { GRACE_FLAG } from '../command/grace.ts';
import { TIMEOUT_FLAG } from '../command/timeout.ts';
import { OUTPUT_FLAG } from '../render/format.ts';
import { USAGE_ORDERS } from '../render/usage-order.ts';
import { WATCH_FLAG } from '../render/watch-flag.ts';
import { SELECTOR_FLAG } from '../target/chosen-names.ts';
import { IMAGE_COMMANDS } from './image-catalogue.ts';
import { REGISTRY_COMMANDS } from './registry-catalogue.ts';
import { VOLUME_COMMANDS } from './volume-catalogue.ts';

const WORKLOAD: Argument = {
  name: 'name',
  summary: 'name of the workload',
  completes: 'workload',
};
const FOLLOW = {
  flags: '-f, --follow',
  summary: 'stay, and print what comes from now on',
} as const;
const NO_WAIT = { flags: '--no-wait', summary: 'do not wait until it is ready' } as const;
const TAIL = { flags: '-n, --tail <lines>', summary: 'only the last lines' } as const;

const SORT_FLAG = {
  flags: '--sort <column>',
  summary: 'what comes first',
  choices: USAGE_ORDERS,
} as const;

/** Every command of capsulectl. */
export const CATALOGUE: readonly Command[] = [
  {
    path: ['apply'],
    summary: 'create or change what manifests declare',
    about:
      'All documents of all files are checked first; if any is wrong, nothing is applied. ' +
      'Applying the same again changes nothing. The keys status, generation, uid, createdAt and ' +
      'desiredState, as `get -o yaml` prints them, are ignored.',
    args: [],
    flags: [
      {
        flags: '-f, --file <path>',
        summary: 'a manifest, a folder of them, or - for the input',
        isRepeatable: true,
      },
      { flags: '--dry-run', summary: 'check all, say what would be done, and do nothing' },
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
    load: () => import('./apply.ts'),
  },
  {
    path: ['diff'],
    summary: 'show what an apply would change',
    about: 'Ends with 0 when nothing would change, with 1 when something would, with 2 on trouble.',
    args: [],
    flags: [
      {
        flags: '-f, --file <path>',
        summary: 'a manifest, a folder of them, or - for the input',
        isRepeatable: true,
      },
      OUTPUT_FLAG,
    ],
    examples: [{ line: 'capsulectl diff -f web.yaml', about: 'field by field' }],
    load: () => import('./diff.ts'),
  },
  {
    path: ['events'],
    summary: 'show what happened to workloads',
    about:
      'Also to those that are gone, as long as it is kept. Following lives through a restart of ' +
      'capsuled: no event is missing, none comes twice.',
    args: [{ ...WORKLOAD, isOptional: true, isRepeatable: true }],
    flags: [
      FOLLOW,
      { flags: '-n, --tail <events>', summary: 'only the last events' },
      { flags: '--since <when>', summary: 'only what is newer: 10m, 2026-01-31T09:00:00Z' },
      OUTPUT_FLAG,
    ],
    examples: [
      { line: 'capsulectl events web -n 20', about: 'the last twenty of one workload' },
      { line: 'capsulectl events -f', about: 'follow all' },
    ],
    load: () => import('./events.ts'),
  },
  {
    path: ['top'],
    summary: 'watch what workloads use, the busiest first',
    about: 'The same as `workload stats --watch --sort cpu`; into a pipe it is shown once.',
    args: [{ ...WORKLOAD, isOptional: true, isRepeatable: true }],
    flags: [SELECTOR_FLAG, SORT_FLAG, OUTPUT_FLAG],
    examples: [
      { line: 'capsulectl top', about: 'until Ctrl-C' },
      { line: 'capsulectl top --sort memory', about: 'the largest first' },
    ],
    load: async () => ({ run: (await import('./workload-stats.ts')).top }),
  },
  {
    path: ['cp'],
    summary: 'copy files and folders to and from a workload',
    about:
      'A folder that exists is copied into; another target is the new name; SOURCE/. means the ' +
      'contents. - is a tar archive of the input or output. The workload may run or not, and needs ' +
      'no tar of its own. What goes in belongs to root there, what comes out to you here, unless ' +
      '--archive keeps owners.',
    args: [
      { name: 'source', summary: 'path here, or NAME:/path', completes: 'file' },
      { name: 'target', summary: 'path here, or NAME:/path', completes: 'file' },
    ],
    flags: [
      { flags: '-a, --archive', summary: 'keep owners' },
      { flags: '-q, --quiet', summary: 'no progress' },
    ],
    examples: [
      { line: 'capsulectl cp site/. web:/usr/share/nginx/html', about: 'the contents of a folder' },
      { line: 'capsulectl cp web:/etc/nginx/nginx.conf .', about: 'a file out of a workload' },
      { line: 'capsulectl cp web:/var/log - | tar -t', about: 'as an archive' },
    ],
    load: () => import('./cp.ts'),
  },
  {
    path: ['workload', 'list'],
    summary: 'show all workloads',
    args: [],
    flags: [SELECTOR_FLAG, WATCH_FLAG, OUTPUT_FLAG],
    examples: [
      { line: 'capsulectl workload list -o wide', about: 'with digests and messages' },
      {
        line: 'capsulectl workload list -l app=web,tier!=db --watch',
        about: 'some, as they change',
      },
      { line: 'capsulectl workload list -o name', about: 'for a script' },
    ],
    load: () => import('./workload-list.ts'),
  },
  {
    path: ['workload', 'get'],
    summary: 'show everything about workloads',
    args: [{ ...WORKLOAD, isRepeatable: true }],
    flags: [WATCH_FLAG, OUTPUT_FLAG],
    examples: [
      { line: 'capsulectl workload get web', about: 'for a person' },
      { line: 'capsulectl workload get web -o yaml > web.yaml', about: 'as a manifest' },
    ],
    load: () => import('./workload-get.ts'),
  },
  {
    path: ['workload', 'describe'],
    summary: 'tell in words how workloads do, and why',
    args: [{ ...WORKLOAD, isRepeatable: true }],
    flags: [WATCH_FLAG, OUTPUT_FLAG],
    examples: [
      { line: 'capsulectl workload describe web', about: 'what happened, what comes next' },
    ],
    load: () => import('./workload-describe.ts'),
  },
  {
    path: ['workload', 'stop'],
    summary: 'stop workloads and keep them, with all they wrote',
    about:
      'They get their stop signal, then their grace, and are killed after it. A stop lasts until ' +
      'somebody starts them, across restarts of the capsule.',
    args: [{ ...WORKLOAD, isOptional: true, isRepeatable: true }],
    flags: [SELECTOR_FLAG, GRACE_FLAG, TIMEOUT_FLAG, OUTPUT_FLAG],
    examples: [
      { line: 'capsulectl workload stop web', about: 'with its own grace' },
      { line: 'capsulectl workload stop -l app=web --grace 60s', about: 'several, with more time' },
    ],
    load: () => import('./workload-stop.ts'),
  },
  {
    path: ['workload', 'start'],
    summary: 'start stopped workloads, and jobs that are done',
    args: [{ ...WORKLOAD, isOptional: true, isRepeatable: true }],
    flags: [SELECTOR_FLAG, NO_WAIT, TIMEOUT_FLAG, OUTPUT_FLAG],
    examples: [{ line: 'capsulectl workload start web', about: 'and wait until it is ready' }],
    load: () => import('./workload-start.ts'),
  },
  {
    path: ['workload', 'restart'],
    summary: 'stop workloads and start them again',
    about: 'An image that its reference has come to name meanwhile is taken into use.',
    args: [{ ...WORKLOAD, isOptional: true, isRepeatable: true }],
    flags: [SELECTOR_FLAG, GRACE_FLAG, NO_WAIT, TIMEOUT_FLAG, OUTPUT_FLAG],
    examples: [{ line: 'capsulectl workload restart web', about: 'and wait until it is ready' }],
    load: () => import('./workload-restart.ts'),
  },
  {
    path: ['workload', 'stats'],
    summary: 'show what running workloads use',
    about:
      'Processor time is that of the last moment, 100% being one processor; network and disk are ' +
      'counted from the start of the container. Memory is without the cache that can be dropped.',
    args: [{ ...WORKLOAD, isOptional: true, isRepeatable: true }],
    flags: [SELECTOR_FLAG, WATCH_FLAG, SORT_FLAG, OUTPUT_FLAG],
    examples: [
      { line: 'capsulectl workload stats', about: 'all that run' },
      { line: 'capsulectl workload stats web -o json', about: 'for a program' },
    ],
    load: () => import('./workload-stats.ts'),
  },
  {
    path: ['workload', 'wait'],
    summary: 'wait for a state of workloads',
    about:
      'ready: it runs and its health check passes. stopped: it does not run, on purpose. exit: its ' +
      'program has ended; then the exit code is 1 unless that of the program was 0.',
    args: [{ ...WORKLOAD, isOptional: true, isRepeatable: true }],
    flags: [
      {
        flags: '--for <state>',
        summary: 'what to wait for',
        choices: ['ready', 'stopped', 'exit'],
      },
      SELECTOR_FLAG,
      TIMEOUT_FLAG,
      OUTPUT_FLAG,
    ],
    examples: [
      {
        line: 'capsulectl workload wait db --for=ready --timeout 60s',
        about: 'before what needs it',
      },
      { line: 'capsulectl workload wait job --for=exit', about: 'until a job is done' },
    ],
    load: () => import('./workload-wait.ts'),
  },
  {
    path: ['workload', 'delete'],
    summary: 'stop and remove workloads, and wait until they are gone',
    args: [{ ...WORKLOAD, isOptional: true, isRepeatable: true }],
    flags: [
      SELECTOR_FLAG,
      { flags: '--force', summary: 'kill at once, without signal and grace' },
      { flags: '--ignore-missing', summary: 'a workload that is not there is a success' },
      TIMEOUT_FLAG,
      OUTPUT_FLAG,
    ],
    examples: [{ line: 'capsulectl workload delete web db', about: 'two at once' }],
    load: () => import('./workload-delete.ts'),
  },
  {
    path: ['workload', 'logs'],
    summary: 'print what a workload wrote',
    about:
      'What it wrote to stdout goes to stdout, what it wrote to stderr to stderr, byte for byte. ' +
      'Following lives through a restart of capsuled: no line is missing, none comes twice.',
    args: [WORKLOAD],
    flags: [
      FOLLOW,
      TAIL,
      { flags: '--since <when>', summary: 'only what is newer: 10m, 2026-01-31T09:00:00Z' },
      { flags: '--timestamps', summary: 'put the time in front of each line' },
    ],
    examples: [
      { line: 'capsulectl workload logs -f web', about: 'follow' },
      { line: 'capsulectl workload logs web -n 100 --timestamps', about: 'the last 100 lines' },
    ],
    load: () => import('./workload-logs.ts'),
  },
  {
    path: ['workload', 'exec'],
    summary: 'run a command in a workload',
    about:
      'What stands behind -- is the command, untouched. It ends with the exit code of the command; ' +
      '127 when there is no such program, 126 when it may not be run, 125 when nothing could be ' +
      'run. Signals are passed on; with a terminal, keys are. A second signal ends capsulectl, ' +
      'and with it the command.',
    args: [WORKLOAD, { name: 'command', summary: 'program and arguments', isRepeatable: true }],
    flags: [
      { flags: '-i, --interactive', summary: 'pass the input on' },
      { flags: '-t, --tty', summary: 'give the command this terminal, and the input' },
      {
        flags: '-e, --env <name=value>',
        summary: 'set a variable; NAME alone takes it from here',
        isRepeatable: true,
      },
      { flags: '-w, --workdir <dir>', summary: 'where it runs: an absolute path' },
      { flags: '-u, --user <user>', summary: 'who it runs as: name or number, and :group' },
    ],
    examples: [
      { line: 'capsulectl workload exec -t web -- /bin/sh', about: 'a shell' },
      { line: 'capsulectl workload exec web -- nginx -t', about: 'one command' },
      { line: 'capsulectl workload exec -i db -- psql < dump.sql', about: 'with input' },
    ],
    load: () => import('./workload-exec.ts'),
  },
  ...IMAGE_COMMANDS,
  ...REGISTRY_COMMANDS,
  ...VOLUME_COMMANDS,
  {
    path: ['capsule', 'info'],
    summary: 'show what the capsule is and how it does',
    args: [],
    flags: [WATCH_FLAG, OUTPUT_FLAG],
    examples: [{ line: 'capsulectl capsule info -o json', about: 'for a program' }],
    load: () => import('./capsule-info.ts'),
  },
  {
    path: ['capsule', 'logs'],
    summary: "print the capsule's own log",
    args: [],
    flags: [FOLLOW, TAIL],
    examples: [{ line: 'capsulectl capsule logs -f -n 20', about: 'follow' }],
    load: () => import('./capsule-logs.ts'),
  },
  {
    path: ['version'],
    summary: 'show the versions of capsulectl and of the capsule',
    args: [],
    flags: [{ flags: '--client', summary: 'do not ask the capsule' }, OUTPUT_FLAG],
    examples: [{ line: 'capsulectl version --client', about: 'this program only' }],
    load: () => import('./version.ts'),
  },
  {
    path: ['schema'],
    summary: 'print the JSON Schema of manifests, for editors',
    args: [],
    flags: [],
    examples: [
      { line: 'capsulectl schema > capsule.schema.json', about: 'for the settings of an editor' },
    ],
    load: () => import('./schema.ts'),
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
    load: () => import('./completion.ts'),
  },
  {
    path: ['__complete'],
    summary: 'say what may stand next on a command line',
    args: [{ name: 'word', summary: 'what is typed so far', isOptional: true, isRepeatable: true }],
    flags: [],
    examples: [{ line: 'capsulectl __complete -- workload get ""', about: 'names of workloads' }],
    isHidden: true,
    load: () => import('./complete.ts'),
  },
];
