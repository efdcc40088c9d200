import type { KeyedMutex } from '@capsule/core';
import type { Architecture } from '../../oci/architecture.ts';
import type { ContainerdClient } from '../client/containerd-client.ts';
import type { ImageReader } from '../image/image-reader.ts';
import type { UserFinder } from '../user/user-finder.ts';

/** What the verbs of the runtime share. */
export interface RuntimeContext {
  readonly client: ContainerdClient;
  readonly images: ImageReader;
  readonly users: UserFinder;
  readonly architecture: Architecture;
  readonly snapshotter: string;
  /** The capabilities that this capsule has to give. */
  readonly available: readonly string[];
  /** The log writer, a path that the shim can run. */
  readonly logBinary: string;
  /** Whose layers are mounted by us now: they are not started meanwhile. */
  readonly holds: KeyedMutex;
  /** Whose task is being made or taken away now. */
  readonly settling: KeyedMutex;
  /** Containers that have ended and whose task is still to be taken away. */
  readonly unsettled: Set<string>;
  /** The program that works on files of containers. */
  readonly filesBinary: string;
  /** Empty folders to mount layers in: `/run/capsule-files`. */
  readonly filesScratch: string;
  /** Folders of execs: `/run/capsule-exec`. */
  readonly execRoot: string;
  /** `/sys/fs/cgroup` */
  readonly cgroupRoot: string;
}
