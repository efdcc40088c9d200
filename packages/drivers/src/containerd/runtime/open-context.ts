import { join } from 'node:path';
import { KeyedMutex } from '@capsule/core';
import type { Architecture } from '../../oci/architecture.ts';
import type { ContainerdClient } from '../client/containerd-client.ts';
import { ImageReader } from '../image/image-reader.ts';
import { UserFinder } from '../user/user-finder.ts';
import type { RuntimeContext } from './context.ts';
import { Owners } from './owners.ts';

/** The options that are the same in all realms. */
export interface ContextOptions
  extends Pick<RuntimeContext, 'available' | 'snapshotter' | 'logBinary' | 'cgroupRoot'> {
  readonly architecture: Architecture;
  readonly filesBinary: string;
  readonly filesScratch: string;
  readonly execRoot: string;
  /** An empty folder on which images are mounted to read them. */
  readonly scratch: string;
}

/** Opens the runtime in one realm. Ids are unique in a realm only, so each has its own locks and folders. */
export function openContext(client: ContainerdClient, options: ContextOptions): RuntimeContext {
  const { architecture, snapshotter, scratch, filesScratch, execRoot } = options;
  return {
    client,
    architecture,
    snapshotter,
    available: options.available,
    logBinary: options.logBinary,
    cgroupRoot: options.cgroupRoot,
    filesBinary: options.filesBinary,
    filesScratch: join(filesScratch, client.namespace),
    execRoot: join(execRoot, client.namespace),
    images: new ImageReader(client, architecture),
    users: new UserFinder(client, { snapshotter, scratch }),
    owners: new Owners(),
    execs: new Map(),
    layerLocks: new KeyedMutex(),
    taskLocks: new KeyedMutex(),
    unsettled: new Set(),
  };
}
