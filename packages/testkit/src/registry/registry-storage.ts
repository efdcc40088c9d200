import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { run } from '@capsule/host';
import {
  type BuiltImage,
  buildImage,
  Cache,
  digestOf,
  type ImageRecipe,
  type Progress,
} from '@capsule/imager';
import { freePort } from './free-port.ts';
import { registryConfig } from './registry-config.ts';
import { waitForPort } from './wait-for-port.ts';

export interface StorageRequest {
  readonly recipes: readonly ImageRecipe[];
  readonly cacheDir: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly progress: Progress;
}

/**
 * A directory in which docker-registry finds all images of the recipes, each under all its names;
 * made once and then only read. skopeo fills it through a registry of its own.
 */
export async function registryStorage(request: StorageRequest): Promise<string> {
  const images = await Promise.all(
    request.recipes.map((recipe) => buildImage({ ...request, recipe })),
  );
  const key = `registry-${digestOf(images.map(({ key, names }) => ({ key, names })))}`;
  const entry = await new Cache(request.cacheDir).ensure(key, async (directory) => {
    request.progress('filling the registry …');
    await fill(directory, images);
    return { sizeBytes: 0 };
  });
  return entry.path;
}

async function fill(storage: string, images: readonly BuiltImage[]): Promise<void> {
  const scratch = await mkdtemp(join(tmpdir(), 'capsule-fill-'));
  try {
    const port = await freePort('127.0.0.1');
    const config = join(scratch, 'config.yml');
    await writeFile(config, registryConfig({ storage, port, readOnly: false }));
    const server = spawn('docker-registry', ['serve', config], { stdio: 'ignore' });
    const ended = once(server, 'close');
    try {
      await waitForPort({ host: '127.0.0.1', port }, ended);
      for (const { layout, names } of images) {
        for (const name of names) await push(layout, name, port);
      }
    } finally {
      server.kill('SIGTERM');
      await ended;
    }
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

/** `docker.io/library/nginx:1.27` is what a mirror of docker.io calls `library/nginx:1.27`. */
async function push(layout: string, name: string, port: number): Promise<void> {
  const path = name.slice(name.indexOf('/') + 1);
  const options = ['--insecure-policy', '--dest-tls-verify=false', '--quiet'];
  await run('skopeo', [
    'copy',
    ...options,
    `oci:${layout}:${name}`,
    `docker://127.0.0.1:${port}/${path}`,
  ]);
}
