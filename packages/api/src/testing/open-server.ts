import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import type { ConnectRouter } from '@connectrpc/connect';
import { Edge, type EdgeParts } from '../server/edge/edge.ts';
import { listenUnix } from '../server/edge/listen-unix.ts';

/** A capsule's edge on a unix socket of its own, for the length of a test. */
export interface TestServer {
  readonly socketPath: string;
  /** The target for a client. */
  readonly target: string;
  /** Breaks every connection, as if the process had died. */
  dropConnections(): Promise<void>;
}

export async function openServer(
  t: TestContext,
  routes: (router: ConnectRouter) => void,
  parts: Partial<EdgeParts> = {},
): Promise<TestServer> {
  const folder = await mkdtemp(join(tmpdir(), 'capsule-api-'));
  const edge = new Edge({ interceptors: [], ...parts, routes });
  const socketPath = join(folder, 'api.sock');
  const listener = await listenUnix(edge, socketPath);
  t.after(async () => {
    await listener[Symbol.asyncDispose]();
    await rm(folder, { recursive: true });
  });
  const dropConnections = () => edge[Symbol.asyncDispose]();
  return { socketPath, target: `unix:${socketPath}`, dropConnections };
}
