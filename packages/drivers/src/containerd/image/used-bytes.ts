import { Code } from '@connectrpc/connect';
import { callOptions } from '../client/call-options.ts';
import { ignoring } from '../client/rpc-error.ts';
import type { ImageContext } from './context.ts';

/** Returns the size of all blobs, layers and writable layers on the disk. */
export async function usedBytes(
  { client, snapshotter }: ImageContext,
  signal?: AbortSignal,
): Promise<number> {
  let bytes = 0;
  for await (const { info } of client.content.list({}, callOptions(signal))) {
    for (const { size } of info) bytes += Number(size);
  }
  for await (const { info } of client.snapshots.list({ snapshotter }, callOptions(signal))) {
    for (const { name } of info) {
      const usage = client.snapshots.usage({ snapshotter, key: name }, callOptions(signal));
      bytes += Number((await ignoring(Code.NotFound, usage))?.size ?? 0);
    }
  }
  return bytes;
}
