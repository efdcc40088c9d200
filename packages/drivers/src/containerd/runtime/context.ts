import type { KeyedMutex } from '@capsule/core';
import type { Architecture } from '../../oci/architecture.ts';
import type { ContainerdClient } from '../client/containerd-client.ts';
import type { ImageReader } from '../image/image-reader.ts';
import type { UserFinder } from '../user/user-finder.ts';
import type { ActiveExecs } from './active-execs.ts';
import type { Owners } from './owners.ts';

/** The dependencies and options of the runtime's verbs in one realm. */
export interface RuntimeContext {
  readonly client: ContainerdClient;
  readonly owners: Owners;
  readonly execs: ActiveExecs;
  readonly images: ImageReader;
  readonly users: UserFinder;
  readonly architecture: Architecture;
  readonly snapshotter: string;
  /** The capabilities that this capsule can grant. */
  readonly available: readonly string[];
  /** The log writer, a path that the shim can execute. */
  readonly logBinary: string;
  /** Locks of containers whose layers capsuled has mounted: they must not start meanwhile. */
  readonly layerLocks: KeyedMutex;
  /** Locks of containers whose task is being created or removed. */
  readonly taskLocks: KeyedMutex;
  /** Containers that have ended and whose task is still to be removed. */
  readonly unsettled: Set<string>;
  /** The program that reads and writes files of containers. */
  readonly filesBinary: string;
  /** The folder in which it mounts layers: `/run/capsule-files/<namespace>`. */
  readonly filesScratch: string;
  /** The folder of the FIFOs of execs: `/run/capsule-exec/<namespace>`. */
  readonly execRoot: string;
  /** `/sys/fs/cgroup` */
  readonly cgroupRoot: string;
}
