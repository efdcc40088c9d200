import { type ImageService, imageToProto } from '@capsule/api/wire';
import {
  type CapsuleError,
  DEFAULT_STACK,
  type Image,
  type ImageStores,
  isCapsuleError,
  normaliseImageReference,
} from '@capsule/core';
import type { ServiceImpl } from '@connectrpc/connect';
import type { BulkTransfers } from '../bulk/transfers.ts';
import type { ImageCommands } from '../image/commands.ts';
import { imageUseError } from '../image/errors.ts';
import { inTime } from './image/in-time.ts';
import { pullWithProgress } from './image/pull.ts';
import { pushCalls } from './image/push.ts';

export interface ImageServiceParts {
  readonly images: ImageStores;
  readonly transfers: BulkTransfers;
  /** Or the error that makes the store unusable: the images in use are unknown then. */
  readonly use: ((realm: string) => ImageCommands) | CapsuleError;
  /** The realm that a name means: a realm may have an alias. */
  readonly realmOf: (name: string) => string;
}

/** Implements the calls about the image caches of realms. */
export function imageService({
  images,
  transfers,
  use,
  realmOf: resolve,
}: ImageServiceParts): Partial<ServiceImpl<typeof ImageService>> {
  const realmOf = ({ realm }: InRealm) => resolve(realm === '' ? DEFAULT_STACK.realm : realm);
  const used = (request: InRealm) => {
    if (isCapsuleError(use)) throw use;
    return use(realmOf(request));
  };
  const usersOf = (image: Image, request: InRealm) => {
    try {
      return used(request).usersOf(image);
    } catch (error) {
      if (isCapsuleError(error) && error.code.startsWith('STORE_')) return undefined;
      throw error;
    }
  };
  const storeOf = (request: InRealm) => images.of(realmOf(request));
  const describerOf = (request: InRealm) => (image: Image) =>
    imageToProto(image, usersOf(image, request));
  return {
    async list(request, context) {
      const store = storeOf(request);
      const found = await inTime((signal) => store.list(signal), context.signal);
      return { images: found.map(describerOf(request)) };
    },
    async get(request, context) {
      const store = storeOf(request);
      const name = normaliseImageReference(request.name);
      const details = await inTime((signal) => store.describe(name, signal), context.signal);
      if (details === undefined) throw imageUseError.NOT_FOUND({ name, realm: realmOf(request) });
      const { image, entrypoint, cmd, env, layers, ...rest } = details;
      const lists = { entrypoint, cmd, env, layers };
      return { image: describerOf(request)(image), ...mapLists(lists), ...rest };
    },
    pull(request, context) {
      const name = normaliseImageReference(request.name);
      return pullWithProgress(storeOf(request), name, describerOf(request), context.signal);
    },
    async remove(request, context) {
      const name = normaliseImageReference(request.name);
      return { existed: await used(request).remove(name, context.signal) };
    },
    async prune(request, context) {
      const { removed, kept, freedBytes } = await used(request).prune(request, context.signal);
      return {
        images: removed.map((image) => imageToProto(image, [])),
        kept: kept.map((image) => imageToProto(image, [])),
        freedBytes: BigInt(freedBytes),
      };
    },
    async *save(request, context) {
      const name = normaliseImageReference(request.name);
      for await (const data of storeOf(request).save(name, context.signal)) {
        yield { data: data as Uint8Array<ArrayBuffer> };
      }
    },
    ...pushCalls({ storeOf, transfers }),
  };
}

interface InRealm {
  readonly realm: string;
}

type Lists = 'entrypoint' | 'cmd' | 'env' | 'layers';

function mapLists(lists: Record<Lists, readonly string[]>): Record<Lists, string[]> {
  const { entrypoint, cmd, env, layers } = lists;
  return { entrypoint: [...entrypoint], cmd: [...cmd], env: [...env], layers: [...layers] };
}
