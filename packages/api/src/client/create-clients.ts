import { type Client, createClient, type Transport } from '@connectrpc/connect';
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
import type { OpenBulk } from './bulk-stream.ts';
import { translateErrors } from './translate-errors.ts';

/** One client for each service of a capsule, over one connection. */
export interface CapsuleClient extends AsyncDisposable {
  readonly workload: Client<typeof WorkloadService>;
  readonly cell: Client<typeof CellService>;
  readonly image: Client<typeof ImageService>;
  readonly registry: Client<typeof RegistryService>;
  readonly volume: Client<typeof VolumeService>;
  readonly manifest: Client<typeof ManifestService>;
  readonly event: Client<typeof EventService>;
  readonly capsule: Client<typeof CapsuleService>;
  readonly identity: Client<typeof IdentityService>;
  readonly audit: Client<typeof AuditService>;
  readonly health: Client<typeof Health>;
  /** Undefined where no further connection can be opened, as in a browser. */
  readonly openBulk: OpenBulk | undefined;
  /** Ends the connection and every open call. Idempotent. */
  close(): void;
}

/** The connection to a capsule. */
export interface Connection {
  /** The address for error messages: `unix:/path`. */
  readonly target: string;
  readonly transport: Transport;
  readonly openBulk?: OpenBulk;
  readonly close: () => void;
}

/**
 * Clients for the capsule at the other end. Calls fail with `CapsuleError`: the capsule's own errors as they
 * are, a missing or broken connection as kind `unavailable` (`API_UNREACHABLE`, `API_CONNECTION_LOST`). To leave
 * a stream early, abort the signal of the call: breaking out of the loop does not end it.
 */
export function createClients({
  target,
  transport: inner,
  openBulk,
  close,
}: Connection): CapsuleClient {
  const transport = translateErrors(inner, target);
  return {
    workload: createClient(WorkloadService, transport),
    cell: createClient(CellService, transport),
    image: createClient(ImageService, transport),
    registry: createClient(RegistryService, transport),
    volume: createClient(VolumeService, transport),
    manifest: createClient(ManifestService, transport),
    event: createClient(EventService, transport),
    capsule: createClient(CapsuleService, transport),
    identity: createClient(IdentityService, transport),
    audit: createClient(AuditService, transport),
    health: createClient(Health, transport),
    openBulk,
    close,
    [Symbol.asyncDispose]: async () => close(),
  };
}
