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
import type { ConnectRouter } from '@connectrpc/connect';
import type { RegistryConfig } from '../registry/commands.ts';
import { type CapsuleServiceParts, capsuleService } from './capsule-service.ts';
import { type EventServiceParts, eventService } from './event-service.ts';
import { type ImageServiceParts, imageService } from './image-service.ts';
import { type ManifestServiceParts, manifestService } from './manifest-service.ts';
import { registryService } from './registry-service.ts';
import { type VolumeServiceParts, volumeService } from './volume-service.ts';
import { type WorkloadServiceParts, workloadService } from './workload-service.ts';

export interface RouteParts {
  readonly capsule: CapsuleServiceParts;
  readonly images: ImageServiceParts;
  /** Throws where the store cannot be used. */
  readonly registries: () => RegistryConfig;
  /** Throws where the store cannot be used. */
  readonly workloads: () => WorkloadServiceParts &
    EventServiceParts &
    VolumeServiceParts &
    ManifestServiceParts;
}

/** Known to the wire; every call answers Unimplemented until the work that brings it. */
const LATER = [IdentityService, InstallService];

/** Every service that this capsule answers. */
export function capsuleRoutes(parts: RouteParts): (router: ConnectRouter) => void {
  return (router) => {
    router.service(CapsuleService, capsuleService(parts.capsule));
    router.service(WorkloadService, workloadService(parts.workloads));
    router.service(ImageService, imageService(parts.images));
    router.service(EventService, eventService(parts.workloads));
    router.service(RegistryService, registryService(parts.registries));
    router.service(VolumeService, volumeService(parts.workloads));
    router.service(ManifestService, manifestService(parts.workloads));
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
    healthState.setServing(!('problem' in parts.capsule.workloads));
    router.service(health.Health, healthState.service);
    const described = [...served, health.Health, reflection.ServerReflection];
    router.service(reflection.ServerReflection, createReflectionService(described));
  };
}
