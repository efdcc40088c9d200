import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Lab } from '@capsule/testkit';
import { pathOf } from './capsulectl.ts';

const LAYER_BYTES = 1_000_000;

/**
 * A registry on the host's side of the capsule's link. Each of its images has one layer. The registry sends
 * the first half of it, and then nothing.
 */
export class StallingRegistry implements AsyncDisposable {
  readonly address: string;
  /** Resolves when the first half of a layer has been sent. */
  readonly isStalling: Promise<void>;
  /** Resolves when the client that waits for the second half has disconnected. */
  readonly isHungUp: Promise<void>;
  readonly #server: Server;

  static async open(lab: Lab): Promise<StallingRegistry> {
    const server = createServer();
    server.listen(0, lab.hostAddress);
    await once(server, 'listening');
    const registry = new StallingRegistry(lab, server);
    const folder = pathOf(lab, `/perm/containerd-certs.d/${registry.address}`);
    await mkdir(folder, { recursive: true });
    await writeFile(
      `${folder}/hosts.toml`,
      `[host."http://${registry.address}"]\n  capabilities = ["pull", "resolve"]\n`,
    );
    return registry;
  }

  private constructor(lab: Lab, server: Server) {
    this.#server = server;
    this.address = `${lab.hostAddress}:${(server.address() as AddressInfo).port}`;
    const stalling = Promise.withResolvers<void>();
    const hungUp = Promise.withResolvers<void>();
    this.isStalling = stalling.promise;
    this.isHungUp = hungUp.promise;
    const layer = digest(Buffer.alloc(LAYER_BYTES));
    const config = Buffer.from(
      JSON.stringify({
        architecture: process.arch === 'x64' ? 'amd64' : process.arch,
        os: 'linux',
        rootfs: { type: 'layers', diff_ids: [layer] },
      }),
    );
    const manifest = Buffer.from(JSON.stringify(describeManifest(config, layer)));
    server.on('request', (request, response) => {
      const path = request.url ?? '';
      if (path === '/v2/') response.end('{}');
      else if (path.includes('/manifests/')) {
        response.setHeader('content-type', MANIFEST);
        response.setHeader('docker-content-digest', digest(manifest));
        response.setHeader('content-length', manifest.length);
        response.end(request.method === 'HEAD' ? undefined : manifest);
      } else if (path.endsWith(digest(config))) response.end(config);
      else if (path.endsWith(layer)) {
        response.setHeader('content-length', LAYER_BYTES);
        response.write(Buffer.alloc(LAYER_BYTES / 2), () => stalling.resolve());
        response.on('close', () => hungUp.resolve());
      } else response.writeHead(404).end();
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }
}

const MANIFEST = 'application/vnd.oci.image.manifest.v1+json';

function describeManifest(config: Buffer, layer: string) {
  return {
    schemaVersion: 2,
    mediaType: MANIFEST,
    config: {
      mediaType: 'application/vnd.oci.image.config.v1+json',
      digest: digest(config),
      size: config.length,
    },
    layers: [
      {
        mediaType: 'application/vnd.oci.image.layer.v1.tar',
        digest: layer,
        size: LAYER_BYTES,
      },
    ],
  };
}

function digest(data: Buffer): string {
  return `sha256:${createHash('sha256').update(data).digest('hex')}`;
}
