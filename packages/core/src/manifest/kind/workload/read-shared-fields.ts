import { SPEC_DEFAULTS } from '../../../resource/workload/complete-spec.ts';
import type { WorkloadSpec } from '../../../resource/workload/workload.ts';
import type { DocumentReader, Place } from '../../read/document-reader.ts';
import {
  NETWORK_MODES,
  PULL_POLICIES,
  RESTART_POLICIES,
  UPDATE_POLICIES,
} from '../../read/policy-words.ts';
import { readChoice } from '../../read/read-choice.ts';
import { readEnv } from '../../read/read-env.ts';
import { readHealthCheck } from '../../read/read-health-check.ts';
import { readTmpfs, readVolumeMounts } from '../../read/read-mounts.ts';
import { readDns, readExtraHosts } from '../../read/read-names.ts';
import { readPorts } from '../../read/read-ports.ts';
import { readCapabilities, readUlimits } from '../../read/read-privileges.ts';
import { readFlag, readNumber, readText, readWordMap, readWords } from '../../read/read-words.ts';

/** The fields that both kinds write in the same way. */
type Shared = Omit<
  WorkloadSpec,
  | 'name'
  | 'kind'
  | 'microVm'
  | 'resources'
  | 'hostPid'
  | 'hostIpc'
  | 'hostBindPaths'
  // Only containers have them.
  | 'devices'
  | 'groupAdd'
  | 'shmSize'
  // Only containers of a cell have them.
  | 'aliases'
  | 'restartBackoffSeconds'
  | 'restartMaxRetries'
  | 'securityOpts'
>;

/** Where a field of the block stands; undefined where it is not written. */
export type FieldOf = (name: keyof Shared) => Place | undefined;

/** A default replaces an unreadable field, which the reader has recorded. */
export function readSharedFields(reader: DocumentReader, field: FieldOf): Shared {
  const env = field('env');
  const ports = field('ports');
  const healthCheck = readHealthCheck(reader, field('healthCheck'));
  const program = 'write one word in each item: ["/bin/sh", "-c"]';
  return {
    image: readText(reader, field('image')),
    command: readWords(reader, field('command'), program),
    args: readWords(reader, field('args'), program),
    workingDir: readText(reader, field('workingDir')),
    user: readNameOrNumber(reader, field('user')),
    env: env ? readEnv(reader, env) : {},
    hostname: readText(reader, field('hostname')),
    ...readPolicies(reader, field),
    ports: ports ? readPorts(reader, ports) : [],
    extraHosts: readExtraHosts(reader, field('extraHosts')),
    dns: readDns(reader, field('dns')),
    ...(healthCheck && { healthCheck }),
    dependsOn: readWords(reader, field('dependsOn')),
    stopSignal: readNameOrNumber(reader, field('stopSignal')),
    minReadySeconds: number('minReadySeconds'),
    stopGraceSeconds: number('stopGraceSeconds'),
    updateTimeoutSeconds: number('updateTimeoutSeconds'),
    tmpfs: readTmpfs(reader, field('tmpfs')),
    readOnlyRootFilesystem: readFlag(reader, field('readOnlyRootFilesystem')),
    capabilities: readCapabilities(reader, field('capabilities')),
    privileged: readFlag(reader, field('privileged')),
    mounts: readVolumeMounts(reader, field('mounts')),
    ulimits: readUlimits(reader, field('ulimits')),
    sysctls: readWordMap(reader, field('sysctls')),
    labels: readWordMap(reader, field('labels')),
  };

  function number(name: 'minReadySeconds' | 'stopGraceSeconds' | 'updateTimeoutSeconds'): number {
    return readNumber(reader, field(name), SPEC_DEFAULTS[name]);
  }
}

/** A number needs no quotes: `user: 1000`. */
function readNameOrNumber(reader: DocumentReader, place: Place | undefined): string {
  return (place && reader.word(place)) ?? '';
}

function readPolicies(
  reader: DocumentReader,
  field: FieldOf,
): Pick<WorkloadSpec, 'networkMode' | 'restartPolicy' | 'imagePullPolicy' | 'updatePolicy'> {
  const { networkMode, restartPolicy, imagePullPolicy, updatePolicy } = SPEC_DEFAULTS;
  return {
    networkMode: readChoice(reader, field('networkMode'), {
      words: NETWORK_MODES,
      what: 'a network mode',
      absent: networkMode,
    }),
    restartPolicy: readChoice(reader, field('restartPolicy'), {
      words: RESTART_POLICIES,
      what: 'a restart policy',
      absent: restartPolicy,
    }),
    imagePullPolicy: readChoice(reader, field('imagePullPolicy'), {
      words: PULL_POLICIES,
      what: 'a pull policy',
      absent: imagePullPolicy,
    }),
    updatePolicy: readChoice(reader, field('updatePolicy'), {
      words: UPDATE_POLICIES,
      what: 'an update policy',
      absent: updatePolicy,
    }),
  };
}
