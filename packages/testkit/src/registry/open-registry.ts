import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { standInRecipes } from '../images/stand-ins.ts';
import { freePort } from './free-port.ts';
import { registryConfig } from './registry-config.ts';
import { registryStorage } from './registry-storage.ts';
import { waitForPort } from './wait-for-port.ts';

export interface OpenRegistry extends AsyncDisposable {
  /** On loopback. A virtual machine of QEMU finds it at 10.0.2.2. */
  readonly port: number;
}

/** Serves all stand-ins of docker.io on this machine, over plain HTTP and read-only. */
export async function openRegistry(): Promise<OpenRegistry> {
  await using stack = new AsyncDisposableStack();
  const scratch = await mkdtemp(join(tmpdir(), 'capsule-registry-'));
  stack.defer(() => rm(scratch, { recursive: true, force: true }));
  const storage = await registryStorage({
    recipes: standInRecipes,
    cacheDir: process.env['CAPSULE_CACHE'] ?? '/var/cache/capsule',
    env: process.env,
    progress: () => undefined,
  });
  const port = await freePort('127.0.0.1');
  const config = join(scratch, 'config.yml');
  await writeFile(config, registryConfig({ storage, port, readOnly: true }));
  const tied = ['--pdeathsig', 'KILL', 'docker-registry', 'serve', config];
  const server = spawn('setpriv', tied, { stdio: 'ignore' });
  const ended = once(server, 'close');
  stack.defer(async () => {
    server.kill('SIGKILL');
    await ended;
  });
  await waitForPort({ host: '127.0.0.1', port }, ended);
  const rest = stack.move();
  return { port, [Symbol.asyncDispose]: () => rest.disposeAsync() };
}
