import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Edge, listenUnix } from '@capsule/api/server';
import {
  CapsuleService,
  CellService,
  connectErrorFrom,
  EventService,
  ImageService,
  ManifestService,
  RegistryService,
  VolumeService,
  WorkloadService,
} from '@capsule/api/wire';
import type { Interceptor, ServiceImpl } from '@connectrpc/connect';

/** The calls that a test needs; all others answer Unimplemented. */
export interface FakeServices {
  readonly workload?: Partial<ServiceImpl<typeof WorkloadService>>;
  readonly cell?: Partial<ServiceImpl<typeof CellService>>;
  readonly image?: Partial<ServiceImpl<typeof ImageService>>;
  readonly capsule?: Partial<ServiceImpl<typeof CapsuleService>>;
  readonly event?: Partial<ServiceImpl<typeof EventService>>;
  readonly registry?: Partial<ServiceImpl<typeof RegistryService>>;
  readonly volume?: Partial<ServiceImpl<typeof VolumeService>>;
  readonly manifest?: Partial<ServiceImpl<typeof ManifestService>>;
}

/** A capsule's API on a socket in a folder of its own, that a test can take away and bring back. */
export interface FakeCapsule extends AsyncDisposable {
  readonly socketPath: string;
  readonly target: string;
  start(services: FakeServices): Promise<void>;
  /** As `kill -9` does it: every stream ends without a word. */
  kill(): Promise<void>;
}

export async function startFakeCapsule(services: FakeServices): Promise<FakeCapsule> {
  const folder = await mkdtemp(join(tmpdir(), 'capsulectl-'));
  const socketPath = join(folder, 'capsuled.sock');
  let listener: AsyncDisposable | undefined;
  const start = async (served: FakeServices) => {
    const edge = new Edge({
      interceptors: [errorEdge],
      routes: (router) => {
        router.service(WorkloadService, served.workload ?? {});
        router.service(CellService, served.cell ?? {});
        router.service(ImageService, served.image ?? {});
        router.service(CapsuleService, served.capsule ?? {});
        router.service(EventService, served.event ?? {});
        router.service(RegistryService, served.registry ?? {});
        router.service(VolumeService, served.volume ?? {});
        router.service(ManifestService, served.manifest ?? {});
      },
    });
    listener = await listenUnix(edge, socketPath);
  };
  const kill = async () => {
    await listener?.[Symbol.asyncDispose]();
    listener = undefined;
  };
  await start(services);
  return {
    socketPath,
    target: `unix:${socketPath}`,
    start,
    kill,
    async [Symbol.asyncDispose]() {
      await kill();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** The errors of a service as the daemon sends them. */
const errorEdge: Interceptor = (next) => async (request) => {
  try {
    return await next(request);
  } catch (error) {
    throw connectErrorFrom(error);
  }
};
