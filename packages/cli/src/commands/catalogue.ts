import type { Argument, Command } from '../command/command.ts';
import { TIMEOUT_FLAG } from '../command/timeout.ts';
import { OUTPUT_FLAG } from '../render/format.ts';

const WORKLOAD: Argument = {
  name: 'name',
  summary: 'name of the workload',
  completes: 'workload',
};
const FOLLOW = {
  flags: '-f, --follow',
  summary: 'stay, and print what comes from now on',
} as const;
const TAIL = { flags: '-n, --tail <lines>', summary: 'only the last lines' } as const;

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
      { flags: '--wait', summary: 'wait until all is running (default on a terminal)' },
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
    path: ['workload', 'list'],
    summary: 'show all workloads',
    args: [],
    flags: [OUTPUT_FLAG],
    examples: [
      { line: 'capsulectl workload list -o wide', about: 'with digests and messages' },
      { line: 'capsulectl workload list -o name', about: 'for a script' },
    ],
    load: () => import('./workload-list.ts'),
  },
  {
    path: ['workload', 'get'],
    summary: 'show everything about workloads',
    args: [{ ...WORKLOAD, isRepeatable: true }],
    flags: [OUTPUT_FLAG],
    examples: [
      { line: 'capsulectl workload get web', about: 'for a person' },
      { line: 'capsulectl workload get web -o yaml > web.yaml', about: 'as a manifest' },
    ],
    load: () => import('./workload-get.ts'),
  },
  {
    path: ['workload', 'delete'],
    summary: 'stop and remove workloads, and wait until they are gone',
    args: [{ ...WORKLOAD, isRepeatable: true }],
    flags: [
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
  {
    path: ['image', 'list'],
    summary: "show the images in the capsule's cache",
    args: [],
    flags: [OUTPUT_FLAG],
    examples: [{ line: 'capsulectl image list -o wide', about: 'full names and digests' }],
    load: () => import('./image-list.ts'),
  },
  {
    path: ['image', 'push'],
    summary: "load an image archive into the capsule's cache",
    about: 'Takes what `docker save` writes, or a tar of an OCI layout.',
    args: [{ name: 'file', summary: 'the archive, or - for the input', completes: 'file' }],
    flags: [OUTPUT_FLAG],
    examples: [
      { line: 'capsulectl image push app.tar', about: 'a file' },
      { line: 'docker save app:dev | capsulectl image push -', about: 'without a file' },
    ],
    load: () => import('./image-push.ts'),
  },
  {
    path: ['capsule', 'info'],
    summary: 'show what the capsule is and how it does',
    args: [],
    flags: [OUTPUT_FLAG],
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
