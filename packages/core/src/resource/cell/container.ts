import type { ContainerRef, ContainerRole } from './container-ref.ts';
import type { ContainerSettings } from './container-settings.ts';
import type { HealthCheck } from './health-check.ts';

/** One container of a cell, as it is desired. */
export interface CellContainer extends ContainerSettings {
  /** The reference as it was written, for people. Empty for a microVM with a kernel of its own. */
  readonly image: string;
  /** Replaces the image's entrypoint when not empty (Kubernetes' meaning). */
  readonly command: readonly string[];
  /** Replaces the image's cmd when not empty (Kubernetes' meaning). */
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly ports: readonly PortMapping[];
  /** More names of its cell in the space, one DNS label each; absent in records of earlier versions. */
  readonly aliases?: readonly string[];
  readonly restartPolicy: RestartPolicy;
  /** The first pause before a restart, which doubles up to 5 min; absent: 1. */
  readonly restartBackoffSeconds?: number;
  /** Restarts in a row after which no other follows; absent: no end. */
  readonly restartMaxRetries?: number;
  readonly healthCheck?: HealthCheck;
  /** How long a started process must stay up before it is ready; a health check decides instead where there is one. */
  readonly minReadySeconds: number;
  /** `SIGTERM`, or a number as text. Empty: as the image says. */
  readonly stopSignal: string;
  readonly stopGraceSeconds: number;
  readonly labels: Readonly<Record<string, string>>;
  readonly mounts: readonly VolumeMount[];
  readonly imagePullPolicy: ImagePullPolicy;
}

/**
 * always and unlessStopped: started again whenever it ends; a stop is durable, so they are the same
 * here. onFailure: only after an error. never: one run for each start that is asked for.
 */
export type RestartPolicy = 'always' | 'onFailure' | 'unlessStopped' | 'never';
export type ImagePullPolicy = 'ifNotPresent' | 'always' | 'never';
export type Protocol = 'tcp' | 'udp';

/** One published port: `hostPort` of the capsule leads to `containerPort` of the cell. */
export interface PortMapping {
  readonly containerPort: number;
  readonly hostPort: number;
  readonly protocol: Protocol;
  /** IPv4 address of the capsule that leads there; absent: each of them. */
  readonly hostAddress?: string;
}

/** A volume that appears in the container. */
export interface VolumeMount {
  readonly volumeName: string;
  /** Absolute. */
  readonly mountPath: string;
  readonly readOnly: boolean;
  /** The folder of the volume that appears, as `problemOfSubPath` allows it; absent for all of it. Copies nothing up. */
  readonly subPath?: string;
  /** The content of the image at `mountPath` is copied into a new volume. */
  readonly copyUp: boolean;
}

/** `deleting` is a tombstone: the record goes when nothing is left of what it speaks of. */
export type DesiredState = 'running' | 'stopped' | 'deleting';

/** A container as it is stored, with what it has of its cell. */
export interface ContainerRecord {
  readonly ref: ContainerRef;
  readonly role: ContainerRole;
  /** Of its cell. */
  readonly uid: string;
  /** Of its cell. */
  readonly generation: number;
  /** Its own while its cell is to run; else that of its cell. */
  readonly desired: DesiredState;
  readonly spec: CellContainer;
  /** Rises with every change of the spec that needs a new container. */
  readonly revision: number;
  /** Increases by one with every start or restart that an operator requests. */
  readonly run: number;
  /** Milliseconds since 1970; absent: created with its cell. */
  readonly createdAt?: number;
  /** For the stop that is asked for now, instead of the spec's own grace. */
  readonly stopGraceMs?: number;
}
