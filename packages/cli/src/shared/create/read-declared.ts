import { isCapsuleError, type Manifest } from '@capsule/core';
import { parseManifests } from '@capsule/core/manifest';
import type { Input } from '../../program/input.ts';

/** Of the fields of a manifest, the flags that set them. */
const FLAGS: readonly (readonly [path: RegExp, flag: string])[] = [
  [/\.image$/, '--image'],
  [/\.imagePullPolicy$/, '--pull-policy'],
  [/\.command/, '--command'],
  [/\.args/, '--args'],
  [/\.env/, '--env'],
  [/\.ports/, '--port'],
  [/\.volumes/, '--volume'],
  [/\.tmpfs/, '--tmpfs'],
  [/\.networksAliases/, '--network-alias'],
  [/\.user$/, '--user'],
  [/\.groupAdd/, '--group-add'],
  [/\.workingDir$/, '--working-dir'],
  [/\.hostname$/, '--hostname'],
  [/\.capabilities\.add/, '--cap-add'],
  [/\.capabilities\.drop/, '--cap-drop'],
  [/\.securityOpts/, '--security-opt'],
  [/\.devices/, '--device'],
  [/\.memoryLimitBytes$/, '--memory'],
  [/\.cpuShares$/, '--cpu-shares'],
  [/\.cpuMillis$/, '--cpu-millis'],
  [/\.pidsLimit$/, '--pids-limit'],
  [/\.extraHosts/, '--add-host'],
  [/\.dns\.searches/, '--dns-search'],
  [/\.dns\.options/, '--dns-option'],
  [/\.dns/, '--dns'],
  [/\.hostNetwork$/, '--host-network'],
  [/\.hostPID$/, '--host-pid'],
  [/\.hostIPC$/, '--host-ipc'],
  [/\.privileged$/, '--privileged'],
  [/\.readOnlyRootFilesystem$/, '--read-only'],
  [/\.ulimits/, '--ulimit'],
  [/\.shmSize$/, '--shm-size'],
  [/\.sysctls/, '--sysctl'],
  [/\.healthCheck\.exec/, '--health-cmd'],
  [/\.healthCheck\.http/, '--health-http'],
  [/\.healthCheck\.tcp/, '--health-tcp'],
  [/\.healthCheck\.intervalSeconds$/, '--health-interval'],
  [/\.healthCheck\.timeoutSeconds$/, '--health-timeout'],
  [/\.healthCheck\.retries$/, '--health-retries'],
  [/\.healthCheck\.startPeriodSeconds$/, '--health-start-period'],
  [/\.healthCheck\.onFailure$/, '--health-on-failure'],
  [/\.healthCheck$/, '--health-cmd'],
  [/\.minReadySeconds$/, '--min-ready'],
  [/\.dependsOn/, '--depends-on'],
  [/\.updatePolicy$/, '--update-policy'],
  [/\.updateTimeoutSeconds$/, '--update-timeout'],
  [/\.root$/, '--root'],
  [/\.restartPolicy$/, '--restart-policy'],
  [/\.restartBackoffSeconds$/, '--restart-backoff'],
  [/\.restartMaxRetries$/, '--restart-max-retries'],
  [/\.stopSignal$/, '--stop-signal'],
  [/\.stopGraceSeconds$/, '--stop-grace'],
  [/\.namespace$/, '--namespace'],
  [/labels/, '--label'],
  [/^metadata\.name$|\.id$/, 'the name'],
  [/\.cellId$/, '--cell'],
  [/\.stackId$/, '--stack'],
  [/\.spaceId$/, '--space'],
  [/\.realmId$/, '--realm'],
];

interface Problem {
  readonly path: string;
  readonly message: string;
  readonly hint?: string;
}

/**
 * The declaration that flags describe, by the rules of manifests: one way to write a field has one meaning. Fails with
 * `CLI_USAGE`, which names flags instead of fields.
 */
export function readDeclared(input: Input, document: object): Manifest {
  try {
    // JSON is YAML.
    const [manifest] = parseManifests(JSON.stringify(document), '-');
    if (manifest !== undefined) return manifest;
  } catch (error) {
    if (!isCapsuleError(error) || error.code !== 'MANIFEST_INVALID') throw error;
    const problems = error.facts['problems'] as readonly Problem[];
    const [first] = problems;
    throw input.refuse(problems.map(describe).join('; '), first?.hint);
  }
  throw input.refuse('the flags declare nothing');
}

function describe({ path, message }: Problem): string {
  const flag = FLAGS.find(([field]) => field.test(path))?.[1];
  return `${flag ?? path}: ${message}`;
}
