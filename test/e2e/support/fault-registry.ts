import { once } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { type Blob, type Lab, MANIFEST_TYPE, type TestImage, tar } from '@capsule/testkit';
import { imageWithLayer } from './image-with-layer.ts';

/** How the registry answers requests for a repository; `well` means normally. */
export type Fault =
  | 'well'
  /** Accepts the request for the manifest and never answers. */
  | 'stall-at-once'
  /** Sends half of the layer, and then nothing. */
  | 'stall-in-layer'
  /** Sends half of the layer, and then closes the connection. */
  | 'cut-in-layer'
  /** Sends a part of a large layer, and the rest slowly, for about 15 seconds. */
  | 'trickle'
  | 'other-content'
  | { readonly status: number };

const HOST = 'faults.test';
const LAYER_BYTES = 256 * 1024;
/** containerd reports progress each time it has filled a buffer of this size. */
const PIECE_BYTES = 1024 * 1024;
/** The layer must take longer than the operations that must not wait for it, also on a loaded machine. */
const PIECE_EVERY_MS = 2_000;
const FIRST_PIECES = 8;
const SLOW_LAYER_BYTES = 48 * PIECE_BYTES;

/**
 * A faulty registry on the host's end of a capsule's link, with one fault for each repository. Every
 * repository contains `base` with one additional layer, which has the fault. Repositories do not share this
 * layer.
 */
export class FaultRegistry implements AsyncDisposable {
  readonly #base: TestImage;
  readonly #address: string;
  readonly #faults = new Map<string, Fault>();
  readonly #images = new Map<string, TestImage>();
  #server: Server | undefined;
  #port = 0;

  private constructor(base: TestImage, address: string) {
    this.#base = base;
    this.#address = address;
  }

  /** Starts one, and configures the lab's containerd to use it. */
  static async start(lab: Lab, base: TestImage): Promise<FaultRegistry> {
    const registry = new FaultRegistry(base, lab.hostAddress);
    await registry.open();
    const url = `http://${lab.hostAddress}:${registry.#port}`;
    const folder = join(lab.stateDir, 'perm/containerd-certs.d', HOST);
    await mkdir(folder, { recursive: true });
    const host = `[host."${url}"]\n  capabilities = ["pull", "resolve"]\n`;
    await writeFile(join(folder, 'hosts.toml'), `server = "${url}"\n\n${host}`);
    return registry;
  }

  /** Applies from now on, to every tag of the repository. */
  behave(repository: string, fault: Fault): void {
    this.#faults.set(repository, fault);
  }

  /** An image reference to this registry. */
  reference(repository: string): string {
    return `${HOST}/${repository}:1`;
  }

  /** Listens, again at the same port. */
  async open(): Promise<void> {
    this.#server = createServer((request, response) => {
      // The client may disconnect at any time.
      response.on('error', () => undefined);
      void this.#answer(request.url ?? '', request.method === 'HEAD', response);
    });
    this.#server.listen(this.#port, this.#address);
    await once(this.#server, 'listening');
    this.#port = (this.#server.address() as AddressInfo).port;
  }

  /** Refuses new connections, and closes open ones. */
  async refuse(): Promise<void> {
    const server = this.#server;
    if (server === undefined) return;
    this.#server = undefined;
    server.close();
    server.closeAllConnections();
    await once(server, 'close');
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.refuse();
  }

  async #answer(url: string, isHead: boolean, response: ServerResponse): Promise<void> {
    const [, repository = '', kind, digest] = /^\/v2\/(.+)\/(\w+)\/([^/?]+)/.exec(url) ?? [];
    const fault = this.#faults.get(repository) ?? 'well';
    if (fault === 'stall-at-once') return;
    if (typeof fault === 'object') return void response.writeHead(fault.status).end('{}');
    const { manifest, config, layers } = this.#imageOf(repository, fault);
    const isManifest = kind === 'manifests';
    const blob = isManifest ? manifest : [config, ...layers].find((each) => each.digest === digest);
    if (blob === undefined) return void response.writeHead(404).end('{}');
    response.writeHead(200, {
      'content-type': isManifest ? MANIFEST_TYPE : 'application/octet-stream',
      'content-length': blob.data.length,
      'docker-content-digest': blob.digest,
    });
    if (isHead) response.end();
    else if (blob === layers.at(-1)) await sendLayer(blob, fault, response);
    else response.end(blob.data);
  }

  #imageOf(repository: string, fault: Fault): TestImage {
    const known = this.#images.get(repository);
    if (known !== undefined) return known;
    const sizeBytes = fault === 'trickle' ? SLOW_LAYER_BYTES : LAYER_BYTES;
    const data = Buffer.alloc(sizeBytes, `${repository} `);
    const image = imageWithLayer(tar([{ path: 'own', data }]), this.#base);
    this.#images.set(repository, image);
    return image;
  }
}

async function sendLayer(
  { data }: Blob,
  fault: Exclude<Fault, object>,
  response: ServerResponse,
): Promise<void> {
  if (fault === 'well') return void response.end(data);
  if (fault === 'other-content') return void response.end(Buffer.from(data).fill('?', 512, 1024));
  if (fault === 'trickle') return await trickle(data, response);
  const half = data.subarray(0, data.length / 2);
  response.write(half, () => {
    if (fault === 'cut-in-layer') response.destroy();
  });
}

async function trickle(data: Buffer, response: ServerResponse): Promise<void> {
  let at = FIRST_PIECES * PIECE_BYTES;
  response.write(data.subarray(0, at));
  for (; at < data.length && !response.destroyed; at += PIECE_BYTES) {
    await delay(PIECE_EVERY_MS);
    response.write(data.subarray(at, at + PIECE_BYTES));
  }
  response.end();
}
