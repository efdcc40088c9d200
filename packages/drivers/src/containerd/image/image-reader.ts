import { Code } from '@connectrpc/connect';
import type { ImageContent } from '../../image/image-source.ts';
import type { Architecture } from '../../oci/architecture.ts';
import { asRecord, configProblem, readImageConfig } from '../../oci/image-config.ts';
import { callOptions } from '../client/call-options.ts';
import type { ContainerdClient } from '../client/containerd-client.ts';
import { hasCode } from '../client/rpc-error.ts';
import { imageError } from '../errors.ts';
import { chainId } from './chain-id.ts';
import { type Descriptor, readDescriptor, readDescriptors } from './descriptor.ts';

/** Manifests and configurations are small; anything larger is no image. */
const JSON_LIMIT_BYTES = 8 * 1024 * 1024;
const REMEMBERED = 256;

/** Reads images from containerd's content store, and caches them by digest. */
export class ImageReader {
  readonly #client: ContainerdClient;
  readonly #platform: string;
  readonly #known = new Map<string, ImageContent>();

  constructor(client: ContainerdClient, architecture: Architecture) {
    this.#client = client;
    this.#platform = `linux/${architecture}`;
  }

  /** Fails with `IMAGE_INVALID` when blobs are missing, or none is for this processor. */
  async read(reference: string, digest: string, signal?: AbortSignal): Promise<ImageContent> {
    const known = this.#known.get(digest);
    if (known !== undefined) return known;
    const content = await this.#follow(reference, digest, signal);
    this.#remember(digest, content);
    return content;
  }

  /** Returns the JSON blob of that digest; undefined when the store does not have it. */
  async readJson(digest: string, signal?: AbortSignal): Promise<unknown> {
    const parts: Uint8Array[] = [];
    let size = 0;
    try {
      for await (const part of this.#client.content.read({ digest }, callOptions(signal))) {
        size += part.data.length;
        if (size > JSON_LIMIT_BYTES) return undefined;
        parts.push(part.data);
      }
      return JSON.parse(Buffer.concat(parts).toString('utf8'));
    } catch (error) {
      if (error instanceof SyntaxError || hasCode(error, Code.NotFound)) return undefined;
      throw error;
    }
  }

  async #follow(subject: string, digest: string, signal?: AbortSignal): Promise<ImageContent> {
    const top = asRecord(await this.readJson(digest, signal));
    const children = readDescriptors(top['manifests']);
    if (children.length > 0) return this.#followOurs(subject, children, signal);
    const config = readDescriptor(top['config']);
    const blob = config && (await this.readJson(config.digest, signal));
    if (config === undefined || blob === undefined) {
      throw imageError.INVALID({ subject, reason: 'its manifest or configuration is missing' });
    }
    this.#checkPlatform(subject, blob);
    const problem = configProblem(blob);
    if (problem !== undefined) throw imageError.INVALID({ subject, reason: problem });
    const image = readImageConfig(blob);
    const layers = readDescriptors(top['layers']);
    if (layers.length !== image.diffIds.length) {
      throw imageError.INVALID({
        subject,
        reason: 'its manifest and its configuration do not match',
      });
    }
    const sizes = [config, ...layers].map((layer) => layer.size);
    const sizeBytes = sizes.reduce((sum, size) => sum + size, 0);
    return { config: image, chainId: chainId(image.diffIds), sizeBytes };
  }

  async #followOurs(
    subject: string,
    children: readonly Descriptor[],
    signal?: AbortSignal,
  ): Promise<ImageContent> {
    const ours = children.filter(({ platform }) => platform === '' || platform === this.#platform);
    for (const child of ours) {
      // Only manifests of this platform were fetched; the content of the others is not in the store.
      if ((await this.readJson(child.digest, signal)) !== undefined) {
        return this.#follow(subject, child.digest, signal);
      }
    }
    throw this.#foreign(subject);
  }

  #checkPlatform(subject: string, blob: unknown): void {
    const { os, architecture } = asRecord(blob);
    if (architecture === undefined || architecture === '') return;
    if (`${os ?? 'linux'}/${architecture}` !== this.#platform) throw this.#foreign(subject);
  }

  #foreign(subject: string) {
    return imageError.INVALID({ subject, reason: `it has no variant for ${this.#platform}` });
  }

  #remember(digest: string, content: ImageContent): void {
    const oldest = this.#known.keys().next();
    if (this.#known.size >= REMEMBERED && !oldest.done) this.#known.delete(oldest.value);
    this.#known.set(digest, content);
  }
}
