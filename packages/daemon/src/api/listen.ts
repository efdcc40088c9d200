import { chmod, mkdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { type Edge, listenUnix } from '@capsule/api/server';

/**
 * Serves an edge on a unix socket that only root can use; the umask of the process protects it
 * until its mode is set. Replaces a socket that a dead process left. Disposal ends open streams.
 */
export async function listen(socketPath: string, edge: Edge): Promise<AsyncDisposable> {
  await mkdir(path.dirname(socketPath), { recursive: true, mode: 0o755 });
  await rm(socketPath, { force: true });
  const listener = await listenUnix(edge, socketPath);
  await chmod(socketPath, 0o600);
  return listener;
}
