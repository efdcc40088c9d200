import type { Input } from '../../program/input.ts';
import { readBytes, readPairs } from './flag-values.ts';
import { healthBlock } from './health-block.ts';

type Block = Readonly<Record<string, unknown>>;

/** The fields of `spec:` that the flags of a container say, as a manifest writes them. Fails with `CLI_USAGE`. */
export function containerBlock(input: Input, image: string): Block {
  const text = (flag: string) => input.text(flag);
  const texts = (flag: string) => listOf(input.texts(flag));
  return present({
    image,
    imagePullPolicy: text('pullPolicy'),
    command: text('command'),
    args: texts('args'),
    env: texts('env'),
    ports: texts('port'),
    volumes: listOf(input.texts('volume').map((word) => volumeOf(input, word))),
    tmpfs: listOf(input.texts('tmpfs').map((word) => tmpfsOf(input, word))),
    networksAliases: texts('networkAlias'),
    user: text('user'),
    groupAdd: texts('groupAdd'),
    workingDir: text('workingDir'),
    hostname: text('hostname'),
    extraHosts: listOf(input.texts('addHost').map((word) => hostOf(input, word))),
    dns: mapOf({
      nameservers: texts('dns'),
      searches: texts('dnsSearch'),
      options: texts('dnsOption'),
    }),
    hostNetwork: input.isOn('hostNetwork') || undefined,
    hostPID: input.isOn('hostPid') || undefined,
    hostIPC: input.isOn('hostIpc') || undefined,
    privileged: input.isOn('privileged') || undefined,
    readOnlyRootFilesystem: input.isOn('readOnly') || undefined,
    capabilities: mapOf({ add: texts('capAdd'), drop: texts('capDrop') }),
    securityOpts: texts('securityOpt'),
    devices: texts('device'),
    resources: mapOf({
      memoryLimitBytes: readBytes(input, 'memory'),
      cpuShares: countOf(input, 'cpuShares', 'cpu-shares'),
      cpuMillis: countOf(input, 'cpuMillis', 'cpu-millis'),
      pidsLimit: countOf(input, 'pidsLimit', 'pids-limit'),
    }),
    ulimits: listOf(input.texts('ulimit').map((word) => ulimitOf(input, word))),
    shmSize: readBytes(input, 'shmSize'),
    sysctls: mapOf(readPairs(input, 'sysctl')),
    healthCheck: healthBlock(input),
    minReadySeconds: countOf(input, 'minReady', 'min-ready'),
    dependsOn: texts('dependsOn'),
    updatePolicy: text('updatePolicy'),
    updateTimeoutSeconds: countOf(input, 'updateTimeout', 'update-timeout'),
    restartPolicy: text('restartPolicy'),
    restartBackoffSeconds: countOf(input, 'restartBackoff', 'restart-backoff'),
    restartMaxRetries: countOf(input, 'restartMaxRetries', 'restart-max-retries'),
    stopSignal: text('stopSignal'),
    stopGraceSeconds: countOf(input, 'stopGrace', 'stop-grace'),
  });
}

/** `--label NAME=VALUE` as a map. */
export function labelsOf(input: Input): Readonly<Record<string, string>> {
  return readPairs(input, 'label');
}

function volumeOf(input: Input, word: string): Block {
  const [source = '', target = '', last, ...more] = word.split(':');
  const options = last?.split(',') ?? [];
  const blocks = options.map((option) => volumeOption(option));
  if (source === '' || target === '' || blocks.includes(undefined) || more.length > 0) {
    throw input.refuse(
      `--volume takes SOURCE:TARGET[:ro], not ${JSON.stringify(word)}`,
      'write a path of the capsule or the name of a volume: /srv/html:/html:ro, data:/data',
    );
  }
  return Object.assign({ source, target }, ...blocks);
}

function volumeOption(option: string): Block | undefined {
  if (option.startsWith('subpath=')) return { subPath: option.slice('subpath='.length) };
  return VOLUME_OPTIONS[option];
}

const VOLUME_OPTIONS: Readonly<Record<string, Block>> = {
  ro: { readOnly: true },
  rw: {},
  ensure: { ensure: true },
  nocopy: { copyUp: false },
};

/** `db:10.0.0.5` */
function hostOf(input: Input, word: string): Block {
  const at = word.indexOf(':');
  if (at > 0) return { hostname: word.slice(0, at), address: word.slice(at + 1) };
  throw input.refuse(`--add-host takes NAME:ADDRESS, not ${JSON.stringify(word)}`);
}

/** `nofile=1024`, `nofile=1024:unlimited`; soft limit and hard limit. */
function ulimitOf(input: Input, word: string): Block {
  const [, name, soft = '', hard = soft] = ULIMIT.exec(word) ?? [];
  const limit = (text: string) => (text === 'unlimited' ? text : Number(text));
  if (name !== undefined) return { name, soft: limit(soft), hard: limit(hard) };
  throw input.refuse(
    `--ulimit takes NAME=SOFT[:HARD], not ${JSON.stringify(word)}`,
    'write whole numbers or unlimited: nofile=1024:4096',
  );
}

const ULIMIT = /^([a-z]+)=(\d+|unlimited)(?::(\d+|unlimited))?$/;

/** `/run:size=64m,noexec` */
function tmpfsOf(input: Input, word: string): Block {
  const at = word.indexOf(':');
  const path = at < 0 ? word : word.slice(0, at);
  const options = at < 0 ? [] : word.slice(at + 1).split(',');
  const size = options.find((option) => option.startsWith('size='));
  const rest = options.filter((option) => option !== size && option !== 'rw');
  return present({
    path,
    sizeBytes: size === undefined ? undefined : readBytes(input, 'tmpfs', size.slice(5)),
    options: listOf(rest),
  });
}

function countOf(input: Input, name: string, flag: string): number | undefined {
  const value = input.text(name);
  if (value === undefined) return undefined;
  if (/^\d{1,9}$/.test(value)) return Number(value);
  throw input.refuse(`--${flag} takes a whole number, not ${JSON.stringify(value)}`);
}

function listOf<T>(items: readonly T[]): readonly T[] | undefined {
  return items.length === 0 ? undefined : items;
}

function mapOf(block: Block): Block | undefined {
  const filled = present(block);
  return Object.keys(filled).length === 0 ? undefined : filled;
}

function present(block: Block): Block {
  return Object.fromEntries(Object.entries(block).filter(([, value]) => value !== undefined));
}
