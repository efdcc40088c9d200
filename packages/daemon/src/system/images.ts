import type { ImageStore, RegistryLogin } from '@capsule/core';
import { type ContainerdClient, ContainerdHosts, ContainerdImages } from '@capsule/drivers';
import { type Database, type Log, SecretBox } from '@capsule/engine';
import { RegistryCommands } from '../registry/commands.ts';
import { RegistryRecords } from '../registry/records.ts';
import type { SystemPaths } from './paths.ts';
import type { Setup } from './setup.ts';

export function openImages(
  { config, paths }: Setup,
  containerd: ContainerdClient,
  findLogin: (host: string) => RegistryLogin | undefined,
): ImageStore {
  const stallMs = config.images.stallSeconds * 1000;
  return new ContainerdImages(containerd, { certsDir: paths.certs, stallMs, findLogin });
}

export function createRegistries(db: Database, paths: SystemPaths, log: Log): RegistryCommands {
  return new RegistryCommands({
    records: new RegistryRecords(db),
    hosts: new ContainerdHosts(paths.certs),
    secrets: new SecretBox(paths.secretKey),
    log,
  });
}
