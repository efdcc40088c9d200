import { mkdir } from 'node:fs/promises';
import type { ImageStores, RealmNamespaces, RegistryLogin } from '@capsule/core';
import {
  type ContainerdConnection,
  ContainerdHosts,
  ContainerdImageStores,
} from '@capsule/drivers';
import { type Database, type Log, SecretBox } from '@capsule/engine';
import { emptyFolder } from '@capsule/host';
import { RegistryCommands } from '../registry/commands.ts';
import { RegistryRecords } from '../registry/records.ts';
import type { SystemPaths } from './paths.ts';
import type { Setup } from './setup.ts';

export interface ImagePlaces {
  readonly containerd: ContainerdConnection;
  readonly realms: RealmNamespaces;
}

export async function openImages(
  { config, paths, log }: Setup,
  { containerd, realms }: ImagePlaces,
  findLogin: (host: string) => RegistryLogin | undefined,
): Promise<ImageStores> {
  await removeLeftBlobs(paths.blobs).catch((error) => log.error('blobs not removed', { error }));
  const stallMs = config.images.stallSeconds * 1000;
  return new ContainerdImageStores(containerd, realms, {
    certsDir: paths.certs,
    stallMs,
    findLogin,
    blobs: {
      filesBinary: paths.filesBinary,
      folder: paths.blobs,
      contentFolder: paths.content,
    },
  });
}

/** A capsuled that was killed during a push has left some. */
async function removeLeftBlobs(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  await emptyFolder(folder);
}

export function createRegistries(db: Database, paths: SystemPaths, log: Log): RegistryCommands {
  return new RegistryCommands({
    records: new RegistryRecords(db),
    hosts: new ContainerdHosts(paths.certs),
    secrets: new SecretBox(paths.secretKey),
    log,
  });
}
