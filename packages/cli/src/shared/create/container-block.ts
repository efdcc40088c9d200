import type { Input } from '../../program/input.ts';
import { readBytes, readPairs } from './flag-values.ts';

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
    workingDir: text('workingDir'),
    hostname: text('hostname'),
    hostNetwork: input.isOn('hostNetwork') || undefined,
    hostPID: input.isOn('hostPid') || undefined,
    hostIPC: input.isOn('hostIpc') || undefined,
    privileged: input.isOn('privileged') || undefined,
    readOnlyRootFilesystem: input.isOn('readOnly') || undefined,
    capabilities: mapOf({ add: texts('capAdd'), drop: texts('capDrop') }),
    securityOpts: texts('securityOpt'),
    resources: mapOf({
      memoryLimitBytes: readBytes(input, 'memory'),
      cpuShares: countOf(input, 'cpuShares', 'cpu-shares'),
      cpuMillis: countOf(input, 'cpuMillis', 'cpu-millis'),
      pidsLimit: countOf(input, 'pidsLimit', 'pids-limit'),
    }),
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
  const [source = '', target = '', mode, ...more] = word.split(':');
  const isMode = mode === undefined || mode === 'ro' || mode === 'rw';
  if (source === '' || target === '' || !isMode || more.length > 0) {
    throw input.refuse(
      `--volume takes SOURCE:TARGET[:ro], not ${JSON.stringify(word)}`,
      'write a path of the capsule or the name of a volume: /srv/html:/html:ro, data:/data',
    );
  }
  return { source, target, ...(mode === 'ro' && { readOnly: true }) };
}

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
