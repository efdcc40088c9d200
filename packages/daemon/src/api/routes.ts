import { createHealthService, createReflectionService } from '@capsule/api/server';
import {
  CapsuleService,
  EventService,
  health,
  IdentityService,
  ImageService,
  InstallService,
  ManifestService,
  RegistryService,
  reflection,
  VolumeService,
  WorkloadService,
} from '@capsule/api/wire';
import { type CapsuleError, isCapsuleError } from '@capsule/core';
import type { ConnectRouter } from '@connectrpc/connect';
import type { RegistryCommands } from '../registry/commands.ts';
import { type CapsuleServiceParts, capsuleService } from './capsule-service.ts';
import { type EventServiceParts, eventService } from './event-service.ts';
import { type ImageServiceParts, imageService } from './image-service.ts';
import { type ManifestServiceParts, manifestService } from './manifest-service.ts';
import { refuseAll } from './refuse-all.ts';
import { registryService } from './registry-service.ts';
import { type VolumeServiceParts, volumeService } from './volume-service.ts';
import { type WorkloadServiceParts, workloadService } from './workload-service.ts';

export interface RouteParts {
  readonly capsule: CapsuleServiceParts;
  readonly images: ImageServiceParts;
  /** Or why the store cannot be used. */
  readonly stored: StoredParts | CapsuleError;
}

/** What the services need that answer from the store. */
export interface StoredParts {
  readonly workloads: WorkloadServiceParts;
  readonly events: EventServiceParts;
  readonly registries: RegistryCommands;
  readonly volumes: VolumeServiceParts;
  readonly manifests: ManifestServiceParts;
}

const STORED = [WorkloadService, EventService, RegistryService, VolumeService, ManifestService];
/** Known to the wire; every call answers Unimplemented until the work that brings it. */
const LATER = [IdentityService, InstallService];

/** Every service that this capsule answers. */
export function capsuleRoutes(parts: RouteParts): (router: ConnectRouter) => void {
  const { capsule, images, stored } = parts;
  return (router) => {
    router.service(CapsuleService, capsuleService(capsule));
    router.service(ImageService, imageService(images));
    if (isCapsuleError(stored)) refuseAll(router, STORED, stored);
    else serveStored(router, stored);
    for (const service of LATER) router.service(service, {});
    const served = [
      CapsuleService,
      WorkloadService,
      ImageService,
      EventService,
      RegistryService,
      VolumeService,
      ManifestService,
      ...LATER,
    ];
    const healthState = createHealthService(served);
    healthState.setServing(!isCapsuleError(stored));
    router.service(health.Health, healthState.service);
    const described = [...served, health.Health, reflection.ServerReflection];
    router.service(reflection.ServerReflection, createReflectionService(described));
  };
}

function serveStored(router: ConnectRouter, parts: StoredParts): void {
  router.service(WorkloadService, workloadService(parts.workloads));
  router.service(EventService, eventService(parts.events));
  router.service(RegistryService, registryService(parts.registries));
  router.service(VolumeService, volumeService(parts.volumes));
  router.service(ManifestService, manifestService(parts.manifests));
}
