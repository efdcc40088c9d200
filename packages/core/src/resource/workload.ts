import type { ContainerRef } from './container-ref.ts';
import type { ContainerSettings } from './container-settings.ts';
import type { HealthCheck, HealthState } from './health-check.ts';
import type { MicroVmSettings } from './micro-vm.ts';
import type { StatusReason } from './status-reason.ts';

/**
 * What a person wants to run. Normalised: defaults are filled in (see `completeSpec`), nothing is
 * optional by accident.
 */
export interface WorkloadSpec extends ContainerSettings {
  readonly name: string;
  readonly kind: WorkloadKind;
  /** Set exactly where the kind is `microVm`. */
  readonly microVm?: MicroVmSettings;
  /** The reference as it was written, for people. Empty for a microVM with a kernel of its own. */
  readonly image: string;
  /** Replaces the image's entrypoint when not empty (Kubernetes' meaning). */
  readonly command: readonly string[];
  /** Replaces the image's cmd when not empty (Kubernetes' meaning). */
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** A microVM is always on the bridge. */
  readonly networkMode: NetworkMode;
  readonly ports: readonly PortMapping[];
  /** Empty: the workload's name. */
  readonly hostname: string;
  readonly restartPolicy: RestartPolicy;
  readonly healthCheck?: HealthCheck;
  /** `SIGTERM`, or a number as text. Empty: as the image says. */
  readonly stopSignal: string;
  readonly stopGraceSeconds: number;
  readonly labels: Readonly<Record<string, string>>;
  readonly extraHosts: readonly ExtraHost[];
  readonly dns: Dns;
  /** Workloads that must be ready before this one is started. */
  readonly dependsOn: readonly string[];
  readonly mounts: readonly VolumeMount[];
  readonly imagePullPolicy: ImagePullPolicy;
  readonly updatePolicy: UpdatePolicy;
  /** How long a changed workload may take to become ready before it is rolled back. */
  readonly updateTimeoutSeconds: number;
}

/**
 * always and unlessStopped: started again whenever it ends; a stop is durable, so they are the same
 * here. onFailure: only after an error. never: one run for each start that is asked for.
 */
export type RestartPolicy = 'always' | 'onFailure' | 'unlessStopped' | 'never';
export type ImagePullPolicy = 'ifNotPresent' | 'always' | 'never';
/** `rollback`: a changed wish that does not become ready gives way to the last one that was. */
export type UpdatePolicy = 'replace' | 'rollback';

/** A volume that appears in the workload. */
export interface VolumeMount {
  readonly volumeName: string;
  /** Absolute. */
  readonly mountPath: string;
  readonly readOnly: boolean;
  /** The folder of the volume that appears, as `problemOfSubPath` allows it; absent for all of it. Copies nothing up. */
  readonly subPath?: string;
  /** What the image has at `mountPath` is copied into a volume that nobody has used yet. */
  readonly copyUp: boolean;
}

/** One more line of `/etc/hosts`. */
export interface ExtraHost {
  readonly hostname: string;
  readonly address: string;
}

/** Takes the place of the capsule's own responder and search domains where it is not empty. */
export interface Dns {
  readonly nameservers: readonly string[];
  readonly searches: readonly string[];
  readonly options: readonly string[];
}

/** Also the name of the block of a manifest that holds the fields. */
export type WorkloadKind = 'container' | 'microVm';
export type NetworkMode = 'bridge' | 'host';
export type Protocol = 'tcp' | 'udp';

/** One published port: `hostPort` of the capsule leads to `containerPort` of the cell. */
export interface PortMapping {
  readonly containerPort: number;
  readonly hostPort: number;
  readonly protocol: Protocol;
}

/** `deleting` is a tombstone: the record goes when nothing is left of the workload. */
export type DesiredState = 'running' | 'stopped' | 'deleting';

/** The stored wish. `generation` rises by one with every change of `spec` or `desired`. */
export interface WorkloadRecord {
  /** The one container of its cell. */
  readonly ref: ContainerRef;
  readonly uid: string;
  readonly generation: number;
  readonly spec: WorkloadSpec;
  readonly desired: DesiredState;
  readonly createdAt: number;
  /** Rises with every change of `spec` that needs a new container. */
  readonly revision: number;
  /** Rises by one with every start or restart that somebody asks for. */
  readonly run: number;
  /** For the stop that is wished now, instead of the spec's own grace. */
  readonly stopGraceMs?: number;
}

/**
 * pending: asked for, not running yet. running: the process runs. failed: it cannot be brought up,
 * or it ended with an error; it is retried at `nextRetryAt`. stopped: not running, on purpose.
 */
export type WorkloadPhase = 'pending' | 'running' | 'failed' | 'stopped';

/** What is. Times are milliseconds since 1970. */
export interface WorkloadStatus {
  readonly phase: WorkloadPhase;
  /** One line for people. */
  readonly message: string;
  /** One word for programs. */
  readonly reason: StatusReason;
  readonly observedGeneration: number;
  readonly restartCount: number;
  /** Restarts since the last long healthy run; decides the back-off. */
  readonly restartStreak: number;
  readonly address?: string;
  readonly imageDigest?: string;
  readonly containerId?: string;
  readonly pid?: number;
  readonly startedAt?: number;
  readonly finishedAt?: number;
  readonly exitCode?: number;
  /** The signal that ended the last process. */
  readonly exitSignal?: number;
  /** The kernel ended it for want of memory. */
  readonly oomKilled?: boolean;
  /** Of one that ended by itself: what the message names as the cause. Absent: its exit, or an older status. */
  readonly endCause?: EndCause;
  readonly nextRetryAt?: number;
  readonly progress?: WorkloadProgress;
  /** The run that was started last; 0 for none. */
  readonly observedRun: number;
  /** What the registry was asked for last, under a policy of `always`: see `pullKey`. */
  readonly pulledFor?: string;
  /** Set while the wish is one that came back: a later one was not ready in time. */
  readonly rolledBack?: RolledBack;
  /** Absent where there is no health check, or nothing runs. */
  readonly health?: HealthState;
}

/** Its own exit, a health check that failed, or a fault of the machine around it. */
export type EndCause = 'exit' | 'health' | 'fault';

/** It runs, and where it has a health check that passes. */
export function isReady(status: Pick<WorkloadStatus, 'phase' | 'health'>): boolean {
  return status.phase === 'running' && (status.health ?? 'healthy') === 'healthy';
}

/** Why a wish came back. */
export interface RolledBack {
  /** The generation that was given up. */
  readonly from: number;
  readonly why: string;
  /** The generation that took its place; another one makes this history. */
  readonly to: number;
}

/** How far the bring-up of a workload is. */
export interface WorkloadProgress {
  readonly stage: 'resolving' | 'pulling' | 'unpacking' | 'starting' | 'stopping';
  readonly doneBytes: number;
  /** 0 while it is not known. */
  readonly totalBytes: number;
}

export interface Workload extends WorkloadRecord {
  readonly status: WorkloadStatus;
}

/** Something that happened to a workload, kept for the story it tells. */
export interface WorkloadEvent {
  readonly at: number;
  readonly severity: EventSeverity;
  /** One word for programs: `Applied`, `Pulling`, `Running`, `BackOff`. */
  readonly reason: string;
  /** One line for people. */
  readonly message: string;
  readonly exitCode?: number;
  readonly exitSignal?: number;
  readonly oomKilled?: boolean;
}

export type EventSeverity = 'normal' | 'warning';

/** An event as it is kept. Ids rise over the whole capsule. */
export interface StoredEvent extends WorkloadEvent {
  readonly id: number;
  readonly name: string;
  readonly uid: string;
}
