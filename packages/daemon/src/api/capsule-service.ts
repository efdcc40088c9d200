import { create, type MessageInitShape } from '@bufbuild/protobuf';
import {
  actionToProto,
  type CapsuleLogChunkSchema,
  type CapsuleLogsRequest,
  type CapsuleProblem,
  CapsuleProblemSchema,
  type CapsuleService,
  type GetInfoResponseSchema,
} from '@capsule/api/wire';
import {
  action,
  type CapsuleError,
  type ContainerRuntime,
  isCapsuleError,
  judgePool,
  type MachineMonitors,
  type NameResponder,
  type PortListeners,
  poolPercent,
  type Remedy,
  remedy,
  type SystemLog,
  type VolumeBackend,
  type VolumePool,
} from '@capsule/core';
import type { ServiceImpl } from '@connectrpc/connect';
import { readHostProblems } from '../capsule/host-problems.ts';
import { readMachineFacts } from '../capsule/machine-facts.ts';
import { probeRuntime } from '../capsule/probe-runtime.ts';
import type { WorkloadSpecs } from '../store/workload-specs.ts';
import { shadowedPorts } from '../workload/admission/shadowed-ports.ts';
import type { WorkloadObserver } from '../workload/observe.ts';
import { joinChunks, type LogPiece } from './join-chunks.ts';

export interface CapsuleServiceParts {
  readonly version: string;
  readonly startedAt: number;
  readonly permPath: string;
  /** Name of the capsule's own bridge, and its subnet. */
  readonly bridge: string;
  readonly bridgeCidr: string;
  /** Where a launcher reports on the host of an embedded capsule; nothing is there without a launcher. */
  readonly hostReport: string;
  readonly runtime: ContainerRuntime;
  readonly volumeBackend: Pick<VolumeBackend, 'kind' | 'probe'>;
  readonly microVms: MachineMonitors;
  readonly names: NameResponder;
  readonly listeners: PortListeners;
  readonly systemLog: SystemLog;
  /** The workloads, or why the store that holds them cannot be used. */
  readonly workloads:
    | { readonly specs: WorkloadSpecs; readonly observer: WorkloadObserver }
    | CapsuleError;
}

type Info = MessageInitShape<typeof GetInfoResponseSchema>;
type Chunk = MessageInitShape<typeof CapsuleLogChunkSchema> & LogPiece;

/** The calls about the machine. What is not here answers Unimplemented. */
export function capsuleService(
  parts: CapsuleServiceParts,
): Partial<ServiceImpl<typeof CapsuleService>> {
  return {
    async getInfo(_request, { signal }): Promise<Info> {
      const [machine, host, runtime, pool, microVms] = await Promise.all([
        readMachineFacts(parts),
        readHostProblems(parts.hostReport),
        probeRuntime(parts.runtime, signal),
        parts.volumeBackend.probe(),
        parts.microVms.monitor(),
      ]);
      return {
        ...machine,
        ...countWorkloads(parts.workloads),
        capsuleVersion: parts.version,
        startedAtUnixMs: BigInt(parts.startedAt),
        bridgeCidr: parts.bridgeCidr,
        volumeBackend: pool.ok ? parts.volumeBackend.kind : '',
        volumeBackendDetail: pool.detail,
        microVmBackend: microVms.kind ?? '',
        microVmBackendDetail: microVms.detail,
        ...(parts.volumeBackend.kind === 'lvm-thin' && {
          thinpoolTotalBytes: BigInt(pool.totalBytes),
          thinpoolUsedBytes: BigInt(pool.usedBytes),
        }),
        runtimeVersion: runtime.ok ? runtime.detail : '',
        problems: [
          ...storeProblems(parts.workloads),
          ...runtimeProblems(runtime),
          ...poolProblems(pool),
          ...problemOf(parts.names.problem()),
          ...host.map((problem) => create(CapsuleProblemSchema, { ...problem })),
          ...portProblems(parts),
        ],
      };
    },
    streamLogs(request, context) {
      return joinChunks(
        (signal) => readSystemLog(request, parts.systemLog, signal),
        context.signal,
      );
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
  for await (const { time, service, text, partial, cursor } of log.read(query, signal)) {
    const end = Buffer.from(partial ? '' : '\n');
    yield { data: Buffer.concat([Buffer.from(`${time} ${service} `), text, end]), cursor };
  }
}

function countWorkloads(workloads: CapsuleServiceParts['workloads']): Info {
  if (isCapsuleError(workloads)) return {};
  const names = workloads.specs.list().map(({ spec }) => spec.name);
  const running = names.filter((name) => workloads.observer.statusOf(name).phase === 'running');
  return { workloadsTotal: names.length, workloadsRunning: running.length };
}

function storeProblems(workloads: CapsuleServiceParts['workloads']): CapsuleProblem[] {
  return isCapsuleError(workloads) ? problemOf(workloads) : [];
}

function portProblems({ workloads, listeners }: CapsuleServiceParts): CapsuleProblem[] {
  if (isCapsuleError(workloads)) return [];
  return shadowedPorts(workloads.specs.list(), listeners).flatMap(problemOf);
}

function problemOf(error: CapsuleError | undefined): CapsuleProblem[] {
  if (error === undefined) return [];
  const { code, message, hint: text = '', actions } = error;
  return [problem({ code, message, remedy: { text, actions } })];
}

interface Problem {
  readonly code: string;
  readonly message: string;
  readonly remedy: Remedy;
}

function problem({ code, message, remedy: { text, actions } }: Problem): CapsuleProblem {
  const named = actions.map(actionToProto);
  return create(CapsuleProblemSchema, { code, message, hint: text, actions: named });
}

function poolProblems(pool: VolumePool): CapsuleProblem[] {
  const code = pool.ok ? 'VOLUME_POOL_LOW' : 'VOLUME_POOL_UNUSABLE';
  const hint = pool.ok
    ? remedy`${action('volume.usage')} shows the space of each; delete snapshots or volumes`
    : remedy`volumes wait; everything else goes on`;
  const isFine = pool.ok && judgePool(pool, 'fine') === 'fine';
  const message = pool.ok
    ? `the pool of the volumes is ${Math.floor(poolPercent(pool))} % full`
    : `volumes cannot be used: ${pool.detail}`;
  return isFine ? [] : [problem({ code, message, remedy: hint })];
}

function runtimeProblems(runtime: { ok: boolean; detail: string }): CapsuleProblem[] {
  if (runtime.ok) return [];
  return [
    problem({
      code: 'RUNTIME_UNAVAILABLE',
      message: runtime.detail,
      remedy: remedy`${action('capsule.logs')} shows what containerd says; it is restarted by itself`,
    }),
  ];
}
