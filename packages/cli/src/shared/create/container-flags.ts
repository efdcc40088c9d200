import type { Flag } from '../../program/manual.ts';
import { HEALTH_FLAGS } from './health-block.ts';

const EXTRA = { isRepeatable: true } as const;

/** A flag for each field of a container. */
export const CONTAINER_FLAGS: readonly Flag[] = [
  { flags: '--command <program>', summary: 'the program, instead of that of the image' },
  {
    flags: '--args <argument>',
    summary: 'an argument of the program; repeat for each argument',
    ...EXTRA,
  },
  { flags: '--env <name=value>', summary: 'an environment variable', ...EXTRA },
  { flags: '--port <port>', summary: 'publish a port: 8080:80, 8080:80/udp', ...EXTRA },
  {
    flags: '--volume <volume>',
    summary: 'mount a path or volume: SOURCE:TARGET[:ro,ensure,nocopy,subpath=DIR]',
    ...EXTRA,
  },
  {
    flags: '--tmpfs <path>',
    summary: 'a file system in memory: PATH[:size=64m,noexec]',
    ...EXTRA,
  },
  { flags: '--network-alias <name>', summary: 'an additional DNS name of the cell', ...EXTRA },
  {
    flags: '--add-host <name:address>',
    summary: 'a further line of /etc/hosts; only for the root container',
    ...EXTRA,
  },
  { flags: '--dns <address>', summary: 'a DNS server; only for the root container', ...EXTRA },
  {
    flags: '--dns-search <domain>',
    summary: 'a search domain; only for the root container',
    ...EXTRA,
  },
  {
    flags: '--dns-option <option>',
    summary: 'an option of resolv.conf; only for the root container',
    ...EXTRA,
  },
  { flags: '--user <user>', summary: 'user of the program: NAME or UID, optionally with :GROUP' },
  { flags: '--group-add <group>', summary: 'a further group of the user: NAME or GID', ...EXTRA },
  { flags: '--working-dir <dir>', summary: 'working directory of the program' },
  { flags: '--hostname <name>', summary: 'host name of its cell; only for the root container' },
  {
    flags: '--host-network',
    summary: 'use the network of the capsule; only for the root container',
  },
  { flags: '--host-pid', summary: 'see the processes of the capsule; only for the root container' },
  {
    flags: '--host-ipc',
    summary: 'use the IPC namespace of the capsule; only for the root container',
  },
  { flags: '--privileged', summary: 'all capabilities and devices of the capsule' },
  { flags: '--read-only', summary: 'make its root file system read-only' },
  { flags: '--cap-add <capability>', summary: 'add a capability: NET_ADMIN', ...EXTRA },
  { flags: '--cap-drop <capability>', summary: 'drop a capability, or ALL', ...EXTRA },
  {
    flags: '--device <path>',
    summary: 'a device of the capsule: /dev/ttyUSB0, /dev/dri',
    ...EXTRA,
  },
  {
    flags: '--security-opt <option>',
    summary: 'no-new-privileges, seccomp=unconfined',
    ...EXTRA,
  },
  { flags: '--memory <size>', summary: 'the most memory: 512m, 1g' },
  { flags: '--cpu-shares <shares>', summary: 'its part of a busy processor; others have 1024' },
  { flags: '--cpu-millis <millis>', summary: 'thousandths of a processor' },
  { flags: '--pids-limit <count>', summary: 'the most processes and threads' },
  { flags: '--ulimit <limit>', summary: 'a limit of the kernel: nofile=SOFT[:HARD]', ...EXTRA },
  { flags: '--shm-size <size>', summary: 'the most that /dev/shm of its cell holds: 256m' },
  {
    flags: '--sysctl <name=value>',
    summary: 'a kernel parameter: net.core.somaxconn=1024',
    ...EXTRA,
  },
  ...HEALTH_FLAGS,
  { flags: '--min-ready <seconds>', summary: 'how long it must run to be ready' },
  {
    flags: '--depends-on <workload>',
    summary: 'start after this workload is ready; only for the root container',
    ...EXTRA,
  },
  {
    flags: '--update-policy <policy>',
    summary: 'after a change that is not ready; only for the root container',
    choices: ['replace', 'rollback'],
  },
  {
    flags: '--update-timeout <seconds>',
    summary: 'the time until a rollback; only for the root container',
  },
  {
    flags: '--restart-policy <policy>',
    summary: 'after it exits by itself (default: never)',
    choices: ['never', 'on-failure', 'always', 'unless-stopped'],
  },
  { flags: '--restart-backoff <seconds>', summary: 'the first pause before a restart' },
  { flags: '--restart-max-retries <count>', summary: 'the most restarts in a row' },
  { flags: '--stop-signal <signal>', summary: 'the signal that stops it: SIGQUIT' },
  { flags: '--stop-grace <seconds>', summary: 'the time to stop before it is killed' },
  {
    flags: '--pull-policy <policy>',
    summary: 'when to ask the registry',
    choices: ['IfNotPresent', 'Always', 'Never'],
  },
];

export const LABEL_FLAG: Flag = {
  flags: '--label <name=value>',
  summary: 'a label, for selection with -l',
  isRepeatable: true,
};

export const DEFAULT_IMAGE = 'docker.io/library/debian:latest';
