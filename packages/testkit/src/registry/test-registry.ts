import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import {
  type Blob,
  descriptor,
  json,
  MANIFEST_TYPE,
  type TestImage,
} from '../images/test-image.ts';

/** How the registry treats requests for an image. */
export type Treatment = (request: IncomingMessage, response: ServerResponse) => void;

const INDEX_TYPE = 'application/vnd.oci.image.index.v1+json';

export interface RegistryPlace {
  readonly address?: string;
  /** PEM; makes it speak HTTPS. */
  readonly tls?: { readonly key: string; readonly cert: string };
}

/** A registry that serves images and misbehaves on demand. */
export class TestRegistry implements AsyncDisposable {
  readonly #server: Server;
  readonly #manifests = new Map<string, { readonly type: string; readonly blob: Blob }>();
  readonly #blobs = new Map<string, Blob>();
  readonly #treatments: { readonly pattern: RegExp; readonly treat: Treatment }[] = [];
  /** `GET /v2/…` of every request, in order. */
  readonly requests: string[] = [];
  /** The account that may pull; absent: any client. */
  login: { readonly username: string; readonly secret: string } | undefined;

  private constructor(server: Server) {
    this.#server = server;
  }

  /** On loopback and over HTTP, unless options say otherwise. */
  static async start({ address = '127.0.0.1', tls }: RegistryPlace = {}): Promise<TestRegistry> {
    const server = tls === undefined ? createServer() : createSecureServer(tls);
    const registry = new TestRegistry(server);
    server.on('request', (request, response) => registry.#serve(request, response));
    server.listen(0, address);
    await once(server, 'listening');
    return registry;
  }

  /** `127.0.0.1:PORT` */
  get host(): string {
    const { address, port } = this.#server.address() as AddressInfo;
    return `${address}:${port}`;
  }

  /** Offers the image as `name:tag`. */
  offer(name: string, tag: string, image: TestImage): void {
    this.#keep(image);
    this.#manifests.set(`${name}/${tag}`, { type: MANIFEST_TYPE, blob: image.manifest });
  }

  /** Offers an index with one image for each architecture. */
  offerIndex(name: string, tag: string, images: Readonly<Record<string, TestImage>>): void {
    const manifests = Object.entries(images).map(([architecture, image]) => {
      this.#keep(image);
      return {
        ...descriptor(MANIFEST_TYPE, image.manifest),
        platform: { os: 'linux', architecture },
      };
    });
    const blob = json({ schemaVersion: 2, mediaType: INDEX_TYPE, manifests });
    this.#manifests.set(`${name}/${tag}`, { type: INDEX_TYPE, blob });
    this.#manifests.set(`${name}/${blob.digest}`, { type: INDEX_TYPE, blob });
  }

  /** Requests whose path fits are treated so, until `behave`. */
  misbehave(pattern: RegExp, treat: Treatment): void {
    this.#treatments.unshift({ pattern, treat });
  }

  behave(): void {
    this.#treatments.length = 0;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = once(this.#server, 'close');
    this.#server.close();
    this.#server.closeAllConnections();
    await closed;
  }

  #keep(image: TestImage): void {
    for (const blob of [image.config, ...image.layers]) this.#blobs.set(blob.digest, blob);
    this.#blobs.set(image.manifest.digest, image.manifest);
  }

  #serve(request: IncomingMessage, response: ServerResponse): void {
    const path = request.url ?? '';
    this.requests.push(`${request.method} ${path}`);
    if (!this.#isKnown(request)) {
      response.setHeader('www-authenticate', 'Basic realm="test"');
      answer(response, 401);
      return;
    }
    const treatment = this.#treatments.find(({ pattern }) => pattern.test(path));
    if (treatment === undefined) this.#answer(path, response);
    else treatment.treat(request, response);
  }

  #isKnown({ headers }: IncomingMessage): boolean {
    if (this.login === undefined) return true;
    const { username, secret } = this.login;
    const expected = Buffer.from(`${username}:${secret}`).toString('base64');
    return headers.authorization === `Basic ${expected}`;
  }

  #answer(path: string, response: ServerResponse): void {
    const match = /^\/v2\/(.+)\/(manifests|blobs)\/([^/?]+)/.exec(path);
    const [, name = '', kind, reference = ''] = match ?? [];
    const manifest = this.#manifests.get(`${name}/${reference}`);
    const blob = this.#blobs.get(reference);
    if (match === null) answer(response, 200);
    else if (kind === 'manifests' && manifest !== undefined) {
      send(response, manifest.type, manifest.blob);
    } else if (blob === undefined) answer(response, 404);
    else send(response, kind === 'blobs' ? 'application/octet-stream' : MANIFEST_TYPE, blob);
  }
}

/** Answers with a status, and the error body that registries send. */
export function answer(response: ServerResponse, status: number): void {
  const body = JSON.stringify(status < 400 ? {} : { errors: [{ code: 'UNKNOWN', message: 'no' }] });
  response.writeHead(status, { 'content-type': 'application/json' }).end(body);
}

function send(response: ServerResponse, type: string, { digest, data }: Blob): void {
  response.writeHead(200, {
    'content-type': type,
    'content-length': data.length,
    'docker-content-digest': digest,
  });
  if (response.req.method === 'HEAD') response.end();
  else response.end(data);
}
