import { create, type MessageInitShape } from '@bufbuild/protobuf';
import {
  actionToProto,
  type CapsuleLogChunkSchema,
  type CapsuleLogsRequest,
  CapsuleProblemSchema,
  type CapsuleService,
  checkToProto,
  type GetInfoResponseSchema,
} from '@capsule/api/wire';
import type { MachinePower, SystemLog, VolumeBackend, VolumePool } from '@capsule/core';
import type { ServiceImpl } from '@connectrpc/connect';
import type { MachineFacts } from '../capsule/machine-facts.ts';
import type { CapsuleObserver, CapsuleSeen } from '../capsule/observe.ts';
import { requirePower } from '../capsule/own-machine.ts';
import type { CapsuleProblem } from '../capsule/problems.ts';
import { checkSections } from '../diagnosis/check-sections.ts';
import type { Diagnosis } from '../diagnosis/diagnosis.ts';
import { callerKey } from './access/caller-key.ts';
import { type DebugParts, debugCapsule } from './capsule/debug.ts';
import { type FindUpdates, updateMethods } from './capsule/updates.ts';
import { joinChunks, type LogPiece } from './join-chunks.ts';

export interface CapsuleServiceParts {
  readonly about: CapsuleAbout;
  readonly observer: CapsuleObserver;
  readonly diagnosis: Diagnosis;
  readonly systemLog: SystemLog;
  readonly updates: FindUpdates;
  readonly debug: DebugParts;
  /** Undefined: the machine is not the capsule's own. */
  readonly power: MachinePower | undefined;
}

/** Facts that stay constant while capsuled runs. */
export interface CapsuleAbout {
  readonly version: string;
  /** Milliseconds since 1970. */
  readonly startedAt: number;
  readonly bridgeCidr: string;
  /** Short form of the capsule's identity; empty while it is unknown. */
  readonly shortId: string;
  readonly volumeBackend: VolumeBackend['kind'];
}

type Info = MessageInitShape<typeof GetInfoResponseSchema>;
type Chunk = MessageInitShape<typeof CapsuleLogChunkSchema> & LogPiece;

/** Implements the calls about the machine. Methods that are missing here answer Unimplemented. */
export function capsuleService({
  about,
  observer,
  diagnosis,
  systemLog,
  updates,
  debug,
  power,
}: CapsuleServiceParts): Partial<ServiceImpl<typeof CapsuleService>> {
  return {
    async getInfo(_request, { signal }): Promise<Info> {
      return infoToProto(about, await observer.look(signal));
    },
    async diagnose({ sections }, { signal }) {
      const checks = await diagnosis.run(checkSections(sections), signal);
      return { checks: checks.map(checkToProto) };
    },
    streamLogs(request, context) {
      return joinChunks((signal) => readSystemLog(request, systemLog, signal), context.signal);
    },
    ...updateMethods(updates),
    debug(requests, { values, signal }) {
      return debugCapsule(requests, debug, { caller: values.get(callerKey), signal });
    },
    async rebootNode() {
      await requirePower(power, 'reboot').reboot();
      return { message: 'reboot scheduled' };
    },
    async powerOffNode() {
      await requirePower(power, 'switch off').powerOff();
      return { message: 'power-off scheduled' };
    },
  };
}

async function* readSystemLog(
  { follow, tailLines, cursor }: CapsuleLogsRequest,
  log: SystemLog,
  signal: AbortSignal,
): AsyncGenerator<Chunk> {
  const query = {
    follow,
    ...(tailLines > 0 ? { tailLines } : {}),
    ...(cursor === '' ? {} : { cursor }),
  };
  for await (const entry of log.read(query, signal)) {
    const { time, service, text, partial, cursor, isAfterGap: afterGap = false } = entry;
    const end = Buffer.from(partial ? '' : '\n');
    yield {
      data: Buffer.concat([Buffer.from(`${time} ${service} `), text, end]),
      cursor,
      afterGap,
    };
  }
}

function infoToProto(about: CapsuleAbout, seen: CapsuleSeen): Info {
  const { machine, workloads, pool, microVms, runtime, problems, slots, watchdog } = seen;
  return {
    ...machineToProto(machine),
    ...poolToProto(about.volumeBackend, pool),
    ...(workloads && { workloadsTotal: workloads.total, workloadsRunning: workloads.running }),
    ...(slots && {
      ...slots,
      pendingDeadlineUnix: BigInt(slots.pendingDeadlineUnix),
      diskTotalBytes: BigInt(slots.diskTotalBytes),
    }),
    capsuleVersion: about.version,
    startedAtUnixMs: BigInt(about.startedAt),
    bridgeCidr: about.bridgeCidr,
    shortId: about.shortId,
    microVmBackend: microVms.kind ?? '',
    microVmBackendDetail: microVms.detail,
    watchdog,
    runtimeVersion: runtime.ok ? runtime.detail : '',
    problems: problems.map(problemToProto),
  };
}

function machineToProto({ perm, ...machine }: MachineFacts): Info {
  return {
    ...machine,
    uptimeSeconds: BigInt(machine.uptimeSeconds ?? 0),
    memoryTotalBytes: BigInt(machine.memoryTotalBytes),
    memoryAvailableBytes: BigInt(machine.memoryAvailableBytes),
    localTimeUnix: BigInt(machine.localTimeUnix),
    permTotalBytes: BigInt(perm?.totalBytes ?? 0),
    permUsedBytes: BigInt(perm?.usedBytes ?? 0),
  };
}

function poolToProto(kind: VolumeBackend['kind'], pool: VolumePool): Info {
  return {
    volumeBackend: pool.ok ? kind : '',
    volumeBackendDetail: pool.detail,
    ...(kind === 'lvm-thin' && {
      thinpoolTotalBytes: BigInt(pool.totalBytes),
      thinpoolUsedBytes: BigInt(pool.usedBytes),
    }),
  };
}

function problemToProto({ code, message, remedy: { text, actions } }: CapsuleProblem) {
  const named = actions.map(actionToProto);
  return create(CapsuleProblemSchema, { code, message, hint: text, actions: named });
}
