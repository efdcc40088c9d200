import type { Command } from '../program/command.ts';
import type { Argument } from '../program/manual.ts';
import { TIMEOUT_FLAG } from '../shared/argument/timeout.ts';
import { YES_FLAG } from '../shared/confirm/confirm.ts';
import { ALL_FLAG, loadAcross } from '../shared/fleet/across-capsules.ts';
import { LIST_FLAGS, OUTPUT_FLAG } from '../shared/render/format.ts';
import { WATCH_FLAG } from '../shared/stream/watch-flag.ts';
import { SELECTOR_FLAG } from '../shared/workload/chosen-names.ts';
import { EXEC_FLAGS, LOG_FLAGS } from '../shared/workload/container-flags.ts';
import { GRACE_FLAG } from '../shared/workload/grace.ts';
import { SORT_FLAG } from '../shared/workload/usage-order.ts';

export const WORKLOAD: Argument = {
  name: 'name',
  summary: 'name of the workload',
  completes: 'workload',
};
const NO_WAIT = { flags: '--no-wait', summary: 'do not wait until the workload is ready' } as const;

/** `capsulectl workload …`. */
export const WORKLOAD_COMMANDS: readonly Command[] = [
  {
    path: ['workload', 'list'],
    aliases: [['ls'], ['ps'], ['workload', 'ls'], ['workload', 'ps']],
    summary: 'show all workloads',
    args: [],
    flags: [ALL_FLAG, SELECTOR_FLAG, WATCH_FLAG, ...LIST_FLAGS],
    examples: [
      { line: 'capsulectl workload list -o wide', about: 'with digests and messages' },
      {
        line: 'capsulectl workload list -l app=web,tier!=db --watch',
        about: 'workloads with these labels, again after each change',
      },
      { line: 'capsulectl workload list -o name', about: 'for a script' },
    ],
    load: loadAcross(() => import('../shared/workload/list.ts')),
  },
  {
    path: ['workload', 'get'],
    summary: 'show all details of workloads',
    args: [{ ...WORKLOAD, isRepeatable: true }],
    flags: [ALL_FLAG, WATCH_FLAG, OUTPUT_FLAG],
    examples: [
      { line: 'capsulectl workload get web', about: 'for a person' },
      { line: 'capsulectl workload get web -o yaml > web.yaml', about: 'as a manifest' },
    ],
    load: loadAcross(() => import('../shared/workload/get.ts')),
  },
  {
    path: ['workload', 'describe'],
    summary: 'explain the state of workloads',
    args: [{ ...WORKLOAD, isRepeatable: true }],
    flags: [WATCH_FLAG, OUTPUT_FLAG],
    examples: [
      {
        line: 'capsulectl workload describe web',
        about: 'its events, and what the capsule does next',
      },
    ],
    load: () => import('../shared/workload/describe.ts'),
  },
  {
    path: ['workload', 'stop'],
    summary: 'stop workloads, but keep them and their files',
    about:
      'The capsule sends the stop signal, waits for the grace period, and then kills the workload. ' +
      'The workload stays stopped until you start it, even if the capsule restarts.',
    args: [{ ...WORKLOAD, isOptional: true, isRepeatable: true }],
    flags: [SELECTOR_FLAG, GRACE_FLAG, TIMEOUT_FLAG, OUTPUT_FLAG],
    examples: [
      { line: 'capsulectl workload stop web', about: 'with the grace period of its manifest' },
      { line: 'capsulectl workload stop -l app=web --grace 60s', about: 'several, with more time' },
    ],
    load: () => import('../shared/workload/stop.ts'),
  },
  {
    path: ['workload', 'start'],
    summary: 'start stopped workloads and finished jobs',
    args: [{ ...WORKLOAD, isOptional: true, isRepeatable: true }],
    flags: [SELECTOR_FLAG, NO_WAIT, TIMEOUT_FLAG, OUTPUT_FLAG],
    examples: [{ line: 'capsulectl workload start web', about: 'waits until it is ready' }],
    load: () => import('../shared/workload/start.ts'),
  },
  {
    path: ['workload', 'restart'],
    summary: 'stop workloads and start them again',
    about: 'If the tag of the image now names another image, the restart uses that image.',
    args: [{ ...WORKLOAD, isOptional: true, isRepeatable: true }],
    flags: [SELECTOR_FLAG, GRACE_FLAG, NO_WAIT, TIMEOUT_FLAG, OUTPUT_FLAG],
    examples: [{ line: 'capsulectl workload restart web', about: 'waits until it is ready' }],
    load: () => import('../shared/workload/restart.ts'),
  },
  {
    path: ['workload', 'stats'],
    summary: 'show the usage of running workloads',
    about:
      'CPU is the present usage, and 100% is one processor. Network and disk are totals since the start of ' +
      'the workload. Memory excludes the page cache that the kernel can reclaim.',
    args: [{ ...WORKLOAD, isOptional: true, isRepeatable: true }],
    flags: [SELECTOR_FLAG, WATCH_FLAG, SORT_FLAG, ...LIST_FLAGS],
    examples: [
      { line: 'capsulectl workload stats', about: 'all running workloads' },
      { line: 'capsulectl workload stats web -o json', about: 'for a program' },
    ],
    load: () => import('../shared/workload/stats.ts'),
  },
  {
    path: ['workload', 'wait'],
    summary: 'wait for a state of workloads',
    about:
      'ready: the workload runs and its health check passes. stopped: an operator stopped the workload. ' +
      'exit: the program ended; if its exit code is not 0, the command ends with 1.',
    args: [{ ...WORKLOAD, isOptional: true, isRepeatable: true }],
    flags: [
      {
        flags: '--for <state>',
        summary: 'the state to wait for',
        choices: ['ready', 'stopped', 'exit'],
      },
      SELECTOR_FLAG,
      TIMEOUT_FLAG,
      OUTPUT_FLAG,
    ],
    examples: [
      {
        line: 'capsulectl workload wait db --for=ready --timeout 60s',
        about: 'before a workload that needs it',
      },
      { line: 'capsulectl workload wait job --for=exit', about: 'until a job is done' },
    ],
    load: () => import('../shared/workload/wait.ts'),
  },
  {
    path: ['workload', 'delete'],
    aliases: [['rm'], ['workload', 'rm']],
    summary: 'stop and remove workloads, and wait until they are gone',
    about:
      'Also removes the files of the workloads, but no volumes. On a terminal it lists the losses and asks.',
    args: [{ ...WORKLOAD, isOptional: true, isRepeatable: true }],
    flags: [
      SELECTOR_FLAG,
      { flags: '--force', summary: 'kill immediately, without stop signal and grace period' },
      { flags: '--ignore-missing', summary: 'succeed even if a workload does not exist' },
      YES_FLAG,
      TIMEOUT_FLAG,
      OUTPUT_FLAG,
    ],
    examples: [{ line: 'capsulectl workload delete web db', about: 'two workloads' }],
    load: () => import('../shared/workload/delete.ts'),
  },
  {
    path: ['workload', 'logs'],
    summary: 'print the output of workloads',
    about:
      'The stdout of a workload goes to stdout, its stderr to stderr, byte for byte. ' +
      'With -f, it continues across restarts of the workload, and reconnects after a restart of capsuled. ' +
      'It ends when a job is done, or when the workload is stopped or deleted. ' +
      'No line is lost or repeated, unless a workload writes more than the log keeps (20 to 30 MiB) before ' +
      'capsulectl reads it. Then a warning on stderr marks where lines may be missing. ' +
      'With several workloads, each line begins with the name of its workload. -l ' +
      'selects among the workloads that exist when the command starts.',
    args: [{ ...WORKLOAD, isOptional: true, isRepeatable: true }],
    flags: [
      SELECTOR_FLAG,
      ...LOG_FLAGS,
      {
        flags: '--serial',
        summary: 'print the serial console of a microVM: kernel messages and early failures',
      },
    ],
    examples: [
      { line: 'capsulectl workload logs -f web', about: 'follow one workload' },
      { line: 'capsulectl workload logs web -n 100 --timestamps', about: 'the last 100 lines' },
      { line: 'capsulectl workload logs -f -l app=shop', about: 'new lines of several workloads' },
      { line: 'capsulectl workload logs --serial vm', about: 'why a microVM does not boot' },
    ],
    load: () => import('../shared/workload/logs.ts'),
  },
  {
    path: ['workload', 'exec'],
    summary: 'run a command in a workload',
    about:
      'The command is all words after the name of the workload, or after --. Flags of exec ' +
      'come before the name. exec ends with the exit code of the command: ' +
      '127 if the program does not exist, 126 if it is not executable, 125 if the capsule could not ' +
      'start it. exec passes signals to the command, and with -t also keys. A second signal ends capsulectl ' +
      'and the command. If capsulectl ends before the command for any reason, the capsule ends all processes ' +
      'that the command started. If the command ends first, the processes that it left behind keep running. ' +
      'In a container, the processes of an exec have the variable CAPSULE_EXEC in their environment.',
    args: [
      WORKLOAD,
      { name: 'command', summary: 'program and arguments', isRepeatable: true, isOfOther: true },
    ],
    flags: EXEC_FLAGS,
    examples: [
      { line: 'capsulectl workload exec -t web -- /bin/sh', about: 'a shell' },
      { line: 'capsulectl workload exec web nginx -t', about: 'one command' },
      { line: 'capsulectl workload exec -i db -- psql < dump.sql', about: 'with a file as input' },
    ],
    load: () => import('../shared/workload/exec.ts'),
  },
];
