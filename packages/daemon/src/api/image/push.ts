import type { ImagePushMetadata, ImagePushRequest, ImageService } from '@capsule/api/wire';
import {
  action,
  type ByteSource,
  defineErrors,
  type ImageStore,
  parseImageReference,
  remedy,
} from '@capsule/core';
import type { ServiceImpl } from '@connectrpc/connect';
import { requireAll } from '../../bulk/require-all.ts';
import { transferKind } from '../../bulk/transfer-kind.ts';
import type { BulkTransfers } from '../../bulk/transfers.ts';
import { callerOf } from '../caller-of.ts';
import { ticketToProto } from '../ticket-to-proto.ts';

export const pushError = defineErrors('PUSH', {
  OUT_OF_ORDER: {
    kind: 'invalid',
    message: () => 'push messages are out of order: metadata must come first, once',
    hint: remedy`use ${action('image.push')}`,
  },
});

export interface PushParts {
  /** Of the realm that a request names. */
  readonly storeOf: (request: { readonly realm: string }) => ImageStore;
  readonly transfers: BulkTransfers;
}

interface Pushed {
  readonly imageRefs: string[];
  /** Undefined where the archive ended before the bytes did. */
  readonly bytes: number | undefined;
}

type PushCalls = Pick<ServiceImpl<typeof ImageService>, 'push' | 'openPush' | 'endPush'>;
type Target = Pick<ImagePushMetadata, 'name' | 'realm'>;

/** The calls that receive archives, in messages or over a bulk connection. */
export function pushCalls({ storeOf, transfers }: PushParts): PushCalls {
  const pushes = transferKind<Pushed>(transfers, 'push');
  return {
    async push(requests, { signal }) {
      const incoming = requests[Symbol.asyncIterator]();
      const first = await incoming.next();
      const msg = first.done === true ? undefined : first.value.msg;
      const target = msg?.case === 'metadata' ? msg.value : { name: '', realm: '' };
      const store = storeOf(target);
      return pushedToProto(await receive(store, target, chunksOf(msg, incoming), signal));
    },
    async openPush(target, context) {
      const store = storeOf(target);
      checkName(target);
      const open = pushes.open(callerOf(context), (connection, signal) =>
        receive(store, target, connection, signal),
      );
      return ticketToProto(open);
    },
    async endPush({ transferId, bytesSent }, context) {
      const pushed = await pushes.end(transferId, callerOf(context), context.signal);
      const sent = Number(bytesSent);
      requireAll({ arrived: pushed.bytes ?? sent, sent });
      return pushedToProto(pushed);
    },
  };
}

async function receive(
  store: ImageStore,
  target: Target,
  archive: ByteSource,
  signal: AbortSignal,
): Promise<Pushed> {
  checkName(target);
  let bytes: number | undefined;
  const count = (all: number) => {
    bytes = all;
  };
  const name = target.name === '' ? undefined : target.name;
  const loaded = await store.load(archive, signal, { name, count });
  return { imageRefs: loaded.map((image) => image.name), bytes };
}

function checkName({ name }: Target): void {
  if (name !== '') parseImageReference(name);
}

function pushedToProto({ imageRefs, bytes = 0 }: Pushed) {
  return { imageRefs, bytesReceived: BigInt(bytes) };
}

async function* chunksOf(
  first: ImagePushRequest['msg'] | undefined,
  rest: AsyncIterator<ImagePushRequest>,
): AsyncGenerator<Uint8Array> {
  if (first?.case === 'chunk') yield first.value;
  for (let next = await rest.next(); next.done !== true; next = await rest.next()) {
    const { msg } = next.value;
    if (msg.case !== 'chunk') throw pushError.OUT_OF_ORDER({});
    yield msg.value;
  }
}
