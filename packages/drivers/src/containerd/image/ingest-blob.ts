import { randomUUID } from 'node:crypto';
import { readdir, readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import type { MessageInitShape } from '@bufbuild/protobuf';
import { Code } from '@connectrpc/connect';
import { type ContainerdClient, NO_TIMEOUT } from '../client/containerd-client.ts';
import type { LeaseHeaders } from '../client/lease.ts';
import { ignoring } from '../client/rpc-error.ts';
import {
  WriteAction,
  type WriteContentRequestSchema,
} from '../gen/containerd/services/content_pb.ts';
import { describeLoadError } from './load-error.ts';
import type { SiftedBlob } from './sift-archive.ts';

export interface IngestPlace {
  readonly client: ContainerdClient;
  readonly headers: LeaseHeaders;
  /** containerd's folder of content, on the filesystem of the blob's file. */
  readonly contentFolder: string;
}

/**
 * Moves a file into containerd's content, without a copy. containerd begins an ingest, gets the file as the data that
 * came before an interruption, goes on with it, and so computes the digest itself: a file with another digest is
 * refused. A blob that is there already is kept. Fails with `IMAGE_INVALID` and `IMAGE_DISK_FULL`.
 */
export async function ingestBlob(
  place: IngestPlace,
  blob: SiftedBlob,
  signal: AbortSignal,
): Promise<void> {
  const { client, headers, contentFolder } = place;
  const ref = `capsule-${randomUUID()}`;
  const request = { ref, total: BigInt(blob.sizeBytes), expected: blob.digest };
  const send = async (message: MessageInitShape<typeof WriteContentRequestSchema>) => {
    const options = { ...NO_TIMEOUT, signal, headers: { ...headers } };
    for await (const _ of client.content.write(once(message), options));
  };
  const write = async () => {
    await send({ ...request, action: WriteAction.STAT });
    const folder = await findIngest(contentFolder, ref);
    // Another realm has the blob: containerd takes no data of it.
    if (folder !== undefined) await rename(blob.path, join(folder, 'data'));
    await send({ ...request, action: WriteAction.COMMIT, offset: request.total });
  };
  try {
    await ignoring(Code.AlreadyExists, write());
  } catch (error) {
    await ignoring(Code.NotFound, client.content.abort({ ref }));
    throw describeLoadError(error);
  }
}

/** containerd notes the name of an ingest in its folder, behind a number and the namespace. */
async function findIngest(contentFolder: string, ref: string): Promise<string | undefined> {
  const root = join(contentFolder, 'ingest');
  for (const name of await readdir(root)) {
    const folder = join(root, name);
    if ((await readRef(folder)).endsWith(`/${ref}`)) return folder;
  }
  return undefined;
}

/** Empty where the ingest has ended meanwhile. */
async function readRef(folder: string): Promise<string> {
  try {
    return await readFile(join(folder, 'ref'), 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return '';
    throw error;
  }
}

async function* once<T>(message: T): AsyncGenerator<T> {
  yield message;
}
