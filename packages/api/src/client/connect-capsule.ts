import { type Client, createClient } from '@connectrpc/connect';
import { createGrpcTransport } from '@connectrpc/connect-node';
import { CapsuleService } from '../gen/capsule/v1/capsule_pb.ts';
import { EventService } from '../gen/capsule/v1/event_pb.ts';
import { ImageService } from '../gen/capsule/v1/image_pb.ts';
import { ManifestService } from '../gen/capsule/v1/manifest_pb.ts';
import { RegistryService } from '../gen/capsule/v1/registry_pb.ts';
import { VolumeService } from '../gen/capsule/v1/volume_pb.ts';
import { WorkloadService } from '../gen/capsule/v1/workload_pb.ts';
import { Health } from '../gen/grpc/health/v1/health_pb.ts';
import { parseTarget } from './parse-target.ts';
import { SocketSessions } from './socket-sessions.ts';
import { translateErrors } from './translate-errors.ts';

/** One client for each service of a capsule, over one connection. */
export interface CapsuleClient extends AsyncDisposable {
  readonly workload: Client<typeof WorkloadService>;
  readonly image: Client<typeof ImageService>;
  readonly registry: Client<typeof RegistryService>;
  readonly volume: Client<typeof VolumeService>;
  readonly manifest: Client<typeof ManifestService>;
  readonly event: Client<typeof EventService>;
  readonly capsule: Client<typeof CapsuleService>;
  readonly health: Client<typeof Health>;
  /** Ends the connection and every open call. Idempotent. */
  close(): void;
}

export interface ConnectOptions {
  /** Milliseconds for calls that do not say otherwise. Default: no limit, as streams follow. */
  readonly defaultTimeoutMs?: number;
  /**
   * For calls that send much both ways at once. Node reads nothing from a connection while something
   * written to it waits: with full sockets both sides would wait for each other for ever. A window that
   * is smaller than a socket's buffer lets what the capsule sends always find room.
   */
  readonly isTwoWay?: boolean;
}

/**
 * Makes clients for the capsule at `target` (`unix:/path`). Connects with the first call, and again
 * after a connection was lost. Calls fail with `CapsuleError`: the capsule's own errors as they are,
 * a missing or broken connection as kind `unavailable` (`API_UNREACHABLE`, `API_CONNECTION_LOST`).
 * To leave a stream early, abort the signal of the call: breaking out of the loop does not end it.
 */
export function connectCapsule(
  target: string,
  { isTwoWay = false, ...options }: ConnectOptions = {},
): CapsuleClient {
  const sessions = new SocketSessions(parseTarget(target).socketPath, isTwoWay);
  const inner = createGrpcTransport({
    baseUrl: 'http://capsule',
    sessionManager: sessions,
    ...options,
  });
  const transport = translateErrors(inner, target);
  const close = () => sessions.abort();
  return {
    workload: createClient(WorkloadService, transport),
    image: createClient(ImageService, transport),
    registry: createClient(RegistryService, transport),
    volume: createClient(VolumeService, transport),
    manifest: createClient(ManifestService, transport),
    event: createClient(EventService, transport),
    capsule: createClient(CapsuleService, transport),
    health: createClient(Health, transport),
    close,
    [Symbol.asyncDispose]: async () => close(),
  };
}
