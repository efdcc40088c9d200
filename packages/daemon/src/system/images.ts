import type { ImageStores, RealmNamespaces, RegistryLogin } from '@capsule/core';
import {
  type ContainerdConnection,
  ContainerdHosts,
  ContainerdImageStores,
} from '@capsule/drivers';
import { type Database, type Log, SecretBox } from '@capsule/engine';
import { RegistryCommands } from '../registry/commands.ts';
import { RegistryRecords } from '../registry/records.ts';
import type { SystemPaths } from './paths.ts';
import type { Setup } from './setup.ts';

export interface ImagePlaces {
  readonly containerd: ContainerdConnection;
  readonly realms: RealmNamespaces;
}

export function openImages(
  { config, paths }: Setup,
  { containerd, realms }: ImagePlaces,
  findLogin: (host: string) => RegistryLogin | undefined,
): ImageStores {
  const stallMs = config.images.stallSeconds * 1000;
  return new ContainerdImageStores(containerd, realms, {
    certsDir: paths.certs,
    stallMs,
    findLogin,
  });
}

export function createRegistries(db: Database, paths: SystemPaths, log: Log): RegistryCommands {
  return new RegistryCommands({
    records: new RegistryRecords(db),
    hosts: new ContainerdHosts(paths.certs),
    secrets: new SecretBox(paths.secretKey),
    log,
  });
}
