import { createHealthService, createReflectionService } from '@capsule/api/server';
import {
  AuditService,
  CapsuleService,
  CellService,
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
import type { AuditLog } from '../audit/log.ts';
import type { RegistryCommands } from '../registry/commands.ts';
import { auditService } from './audit-service.ts';
import { type CapsuleServiceParts, capsuleService } from './capsule-service.ts';
import { type CellServiceParts, cellService } from './cell-service.ts';
import { type EventServiceParts, eventService } from './event-service.ts';
import { type IdentityServiceParts, identityService } from './identity-service.ts';
import { type ImageServiceParts, imageService } from './image-service.ts';
import { type ManifestServiceParts, manifestService } from './manifest-service.ts';
import { refuseAll } from './refuse-all.ts';
import { registryService } from './registry-service.ts';
import { type VolumeServiceParts, volumeService } from './volume-service.ts';
import { type WorkloadServiceParts, workloadService } from './workload-service.ts';

export interface RouteParts {
  readonly capsule: CapsuleServiceParts;
  readonly images: ImageServiceParts;
  /** Or the error that makes the store unusable. */
  readonly stored: StoredParts | CapsuleError;
}

/** Parts of the services that need a usable store. */
export interface StoredParts {
  readonly workloads: WorkloadServiceParts;
  readonly events: EventServiceParts;
  readonly registries: RegistryCommands;
  readonly volumes: VolumeServiceParts;
  readonly manifests: ManifestServiceParts;
  readonly cells: CellServiceParts;
  /** Or the error that makes the capsule's certificate unusable. */
  readonly identity: IdentityServiceParts | CapsuleError;
  readonly audit: AuditLog;
}

const STORED = [
  WorkloadService,
  CellService,
  EventService,
  RegistryService,
  VolumeService,
  ManifestService,
  IdentityService,
  AuditService,
];
/** Services that exist in the API only: every call answers Unimplemented. */
const LATER = [InstallService];

/** Registers every service of the capsule. */
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
      CellService,
      ImageService,
      EventService,
      RegistryService,
      VolumeService,
      ManifestService,
      IdentityService,
      AuditService,
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
  router.service(CellService, cellService(parts.cells));
  router.service(EventService, eventService(parts.events));
  router.service(RegistryService, registryService(parts.registries));
  router.service(VolumeService, volumeService(parts.volumes));
  router.service(ManifestService, manifestService(parts.manifests));
  if (isCapsuleError(parts.identity)) refuseAll(router, [IdentityService], parts.identity);
  else router.service(IdentityService, identityService(parts.identity));
  router.service(AuditService, auditService(parts.audit));
}
