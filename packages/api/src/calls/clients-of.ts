import type { OpenBulk } from '../client/bulk-stream.ts';
import type { CapsuleClient } from '../client/create-clients.ts';
import { AuditService } from '../gen/capsule/v1/audit_pb.ts';
import { CapsuleService } from '../gen/capsule/v1/capsule_pb.ts';
import { CellService } from '../gen/capsule/v1/cell_pb.ts';
import { EventService } from '../gen/capsule/v1/event_pb.ts';
import { IdentityService } from '../gen/capsule/v1/identity_pb.ts';
import { ImageService } from '../gen/capsule/v1/image_pb.ts';
import { ManifestService } from '../gen/capsule/v1/manifest_pb.ts';
import { RegistryService } from '../gen/capsule/v1/registry_pb.ts';
import { VolumeService } from '../gen/capsule/v1/volume_pb.ts';
import { WorkloadService } from '../gen/capsule/v1/workload_pb.ts';
import { Health } from '../gen/grpc/health/v1/health_pb.ts';
import type { CallTransport } from './call-transport.ts';
import { callsOf } from './calls-of.ts';

/** Clients over a transport. Each service is described when it is first used: most commands use one. */
export function clientsOf(
  transport: CallTransport & { close(): void },
  openBulk?: OpenBulk,
): CapsuleClient {
  return {
    get workload() {
      return callsOf(WorkloadService, transport);
    },
    get cell() {
      return callsOf(CellService, transport);
    },
    get image() {
      return callsOf(ImageService, transport);
    },
    get registry() {
      return callsOf(RegistryService, transport);
    },
    get volume() {
      return callsOf(VolumeService, transport);
    },
    get manifest() {
      return callsOf(ManifestService, transport);
    },
    get event() {
      return callsOf(EventService, transport);
    },
    get capsule() {
      return callsOf(CapsuleService, transport);
    },
    get identity() {
      return callsOf(IdentityService, transport);
    },
    get audit() {
      return callsOf(AuditService, transport);
    },
    get health() {
      return callsOf(Health, transport);
    },
    openBulk,
    close: () => transport.close(),
    [Symbol.asyncDispose]: async () => transport.close(),
  };
}
