import type { Command } from '../program/command.ts';
import type { Argument } from '../program/manual.ts';
import { TIMEOUT_FLAG } from '../shared/argument/timeout.ts';
import { YES_FLAG } from '../shared/confirm/confirm.ts';
import { LIST_FLAGS, OUTPUT_FLAG } from '../shared/render/format.ts';
import { FOLLOW, TAIL } from '../shared/stream/stream-flags.ts';
import { WATCH_FLAG } from '../shared/stream/watch-flag.ts';
import { SELECTOR_FLAG } from '../shared/workload/chosen-names.ts';
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
    flags: [SELECTOR_FLAG, WATCH_FLAG, ...LIST_FLAGS],
    examples: [
      { line: 'capsulectl workload list -o wide', about: 'with digests and messages' },
      {
        line: 'capsulectl workload list -l app=web,tier!=db --watch',
        about: 'some, as they change',
      },
      { line: 'capsulectl workload list -o name', about: 'for a script' },
    ],
    load: () => import('../shared/workload/list.ts'),
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
    load: () => import('../shared/workload/get.ts'),
  },
  {
    path: ['workload', 'describe'],
    summary: 'explain the state of workloads',
    args: [{ ...WORKLOAD, isRepeatable: true }],
    flags: [WATCH_FLAG, OUTPUT_FLAG],
    examples: [{ line: 'capsulectl workload describe web', about: 'the past and the next steps' }],
    load: () => import('../shared/workload/describe.ts'),
  },
  {
    path: ['workload', 'stop'],
    summary: 'stop workloads and keep them, with their files',
    about:
      'Workloads get their stop signal, then their grace period, then a kill. A stop lasts until ' +
      'a start, across restarts of the capsule.',
    args: [{ ...WORKLOAD, isOptional: true, isRepeatable: true }],
    flags: [SELECTOR_FLAG, GRACE_FLAG, TIMEOUT_FLAG, OUTPUT_FLAG],
    examples: [
      { line: 'capsulectl workload stop web', about: 'with its own grace period' },
      { line: 'capsulectl workload stop -l app=web --grace 60s', about: 'several, with more time' },
    ],
    load: () => import('../shared/workload/stop.ts'),
  },
  {
    path: ['workload', 'start'],
    summary: 'start stopped workloads, and jobs that are done',
    args: [{ ...WORKLOAD, isOptional: true, isRepeatable: true }],
    flags: [SELECTOR_FLAG, NO_WAIT, TIMEOUT_FLAG, OUTPUT_FLAG],
    examples: [{ line: 'capsulectl workload start web', about: 'and wait until it is ready' }],
    load: () => import('../shared/workload/start.ts'),
  },
  {
    path: ['workload', 'restart'],
    summary: 'stop workloads and start them again',
    about: 'If the tag now names another image, the restart uses that image.',
    args: [{ ...WORKLOAD, isOptional: true, isRepeatable: true }],
    flags: [SELECTOR_FLAG, GRACE_FLAG, NO_WAIT, TIMEOUT_FLAG, OUTPUT_FLAG],
    examples: [{ line: 'capsulectl workload restart web', about: 'and wait until it is ready' }],
    load: () => import('../shared/workload/restart.ts'),
  },
  {
    path: ['workload', 'stats'],
    summary: 'show the usage of running workloads',
    about:
      'Processor time is that of the last moment; 100% is one processor. Network and disk count ' +
      'from the start of the workload. Memory is without the cache that can be dropped.',
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
      'ready: it runs and its health check passes. stopped: an operator stopped it. exit: its ' +
      'program has exited; the exit code is 1 unless the program exited with 0.',
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
      'Removes their own files, too; volumes stay. On a terminal it lists the losses, and asks.',
    args: [{ ...WORKLOAD, isOptional: true, isRepeatable: true }],
    flags: [
      SELECTOR_FLAG,
      { flags: '--force', summary: 'kill at once, without stop signal and grace period' },
      { flags: '--ignore-missing', summary: 'a missing workload is a success' },
      YES_FLAG,
      TIMEOUT_FLAG,
      OUTPUT_FLAG,
    ],
    examples: [{ line: 'capsulectl workload delete web db', about: 'two at once' }],
    load: () => import('../shared/workload/delete.ts'),
  },
  {
    path: ['workload', 'logs'],
    summary: 'print the output of workloads',
    about:
      'The stdout of a workload goes to stdout, its stderr to stderr, byte for byte. ' +
      'Following survives a restart of capsuled: no line is lost or doubled, except where a workload ' +
      'writes more than the log keeps (20 to 30 MiB) before it is read: a warning on stderr then ' +
      'marks where lines may be missing. It continues ' +
      'across restarts of the workload, and ends when a job is done, and when the workload is ' +
      'stopped or deleted. Each line of several workloads begins with the name of its workload; -l ' +
      'chooses among the workloads that exist when the command starts.',
    args: [{ ...WORKLOAD, isOptional: true, isRepeatable: true }],
    flags: [
      SELECTOR_FLAG,
      FOLLOW,
      TAIL,
      { flags: '--since <when>', summary: 'only newer lines: 10m, 2026-01-31T09:00:00Z' },
      { flags: '--timestamps', summary: 'put the time in front of each line' },
      {
        flags: '--serial',
        summary: 'the serial console of a microVM: its kernel, its early failures',
      },
    ],
    examples: [
      { line: 'capsulectl workload logs -f web', about: 'follow' },
      { line: 'capsulectl workload logs web -n 100 --timestamps', about: 'the last 100 lines' },
      { line: 'capsulectl workload logs -f -l app=shop', about: 'new lines of several workloads' },
      { line: 'capsulectl workload logs --serial vm', about: 'why a microVM does not come up' },
    ],
    load: () => import('../shared/workload/logs.ts'),
  },
  {
    path: ['workload', 'exec'],
    summary: 'run a command in a workload',
    about:
      'The words behind the name of the workload, or behind --, are the command, unchanged; flags of exec ' +
      'itself come before the name. exec ends with the exit code of the command; ' +
      '127 when there is no such program, 126 when it may not be run, 125 when nothing could be ' +
      'run. exec passes signals on, and with a terminal keys. A second signal ends capsulectl, ' +
      'and with it the command. When capsulectl ends first, however that is, everything that the ' +
      'command has started ends; processes that a command leaves running when it ends by itself stay. The ' +
      'processes of an exec in a container bear CAPSULE_EXEC in their environment.',
    args: [
      WORKLOAD,
      { name: 'command', summary: 'program and arguments', isRepeatable: true, isOfOther: true },
    ],
    flags: [
      { flags: '-i, --interactive', summary: 'pass the input on' },
      { flags: '-t, --tty', summary: 'give the command this terminal, and the input' },
      {
        flags: '-e, --env <name=value>',
        summary: 'set a variable; NAME alone takes its value from here, if it is set here',
        isRepeatable: true,
      },
      {
        flags: '-w, --workdir <dir>',
        summary: 'working directory of the command: an absolute path',
      },
      { flags: '-u, --user <user>', summary: 'user of the command: name or number, and :group' },
    ],
    examples: [
      { line: 'capsulectl workload exec -t web -- /bin/sh', about: 'a shell' },
      { line: 'capsulectl workload exec web nginx -t', about: 'one command' },
      { line: 'capsulectl workload exec -i db -- psql < dump.sql', about: 'with input' },
    ],
    load: () => import('../shared/workload/exec.ts'),
  },
];
