import type { Remedy } from '../../error/remedy.ts';
import type { CellSpec } from '../cell/cell.ts';
import type { CellContainer, ContainerRecord } from '../cell/container.ts';
import type { HealthState } from '../cell/health-check.ts';
import type { StatusReason } from './status-reason.ts';

/**
 * The spec of a workload: a cell and its one container in one. Normalised: defaults are filled in (see
 * `completeSpec`), nothing is optional by accident.
 */
export interface WorkloadSpec extends CellSpec, CellContainer {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
}

/** The stored spec. `generation` rises by one with every change of `spec` or `desired`. */
export interface WorkloadRecord extends ContainerRecord {
  readonly spec: WorkloadSpec;
  readonly createdAt: number;
}

/**
 * pending: asked for, not running yet. running: the process runs. failed: it cannot be brought up,
 * or it ended with an error; it is retried at `nextRetryAt`. stopped: not running, on purpose.
 */
export type WorkloadPhase = 'pending' | 'running' | 'failed' | 'stopped';

/** The actual state. Times are milliseconds since 1970. */
export interface WorkloadStatus {
  readonly phase: WorkloadPhase;
  /** One line for people. */
  readonly message: string;
  /** One word for programs. */
  readonly reason: StatusReason;
  /** The remedy for the failure that the reason names. */
  readonly hint?: Remedy;
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
  /** The reference that was last resolved at the registry, under a policy of `always`: see `pullKey`. */
  readonly pulledFor?: string;
  /** Set while the spec is one that came back: a later one was not ready in time. */
  readonly rolledBack?: RolledBack;
  /** Absent where there is no health check, or nothing runs. */
  readonly health?: HealthState;
  /** The process runs, and has not stayed up for its `minReadySeconds` yet. */
  readonly settling?: boolean;
}

/** Its own exit, a health check that failed, or a fault of the machine around it. */
export type EndCause = 'exit' | 'health' | 'fault';

/** The process runs, and has stayed up long enough, or passes its health check. Pure. */
export function isReady(status: Pick<WorkloadStatus, 'phase' | 'health' | 'settling'>): boolean {
  return isUp(status) && status.settling !== true;
}

/** The process runs, for however short a time, and passes its health check if there is one. Pure. */
export function isUp({ phase, health }: Pick<WorkloadStatus, 'phase' | 'health'>): boolean {
  return phase === 'running' && (health ?? 'healthy') === 'healthy';
}

/** Why a spec came back. */
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

/** An event of a workload, kept as its history. */
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
  /** See `subjectsOfName`. */
  readonly subject: string;
  readonly uid: string;
}
