/** What a person wants to run. Normalised: defaults are filled in, nothing is optional by accident. */
export interface WorkloadSpec {
  readonly name: string;
  readonly kind: WorkloadKind;
  /** The reference as it was written, for people. */
  readonly image: string;
  /** Replaces the image's entrypoint when not empty (Kubernetes' meaning). */
  readonly command: readonly string[];
  /** Replaces the image's cmd when not empty (Kubernetes' meaning). */
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly networkMode: NetworkMode;
  readonly ports: readonly PortMapping[];
}

/** `microVm` is known to the wire and refused until a driver for it exists. */
export type WorkloadKind = 'container';
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
  readonly uid: string;
  readonly generation: number;
  readonly spec: WorkloadSpec;
  readonly desired: DesiredState;
  readonly createdAt: number;
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
  /** One word for programs: `Pulling`, `ImageNotFound`, `BackOff`, … */
  readonly reason: string;
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
  readonly nextRetryAt?: number;
  readonly progress?: WorkloadProgress;
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
  readonly reason: string;
  readonly message: string;
}
