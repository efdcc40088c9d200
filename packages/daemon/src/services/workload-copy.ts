import type { MessageInitShape } from '@bufbuild/protobuf';
import {
  FileType,
  type WorkloadCopyFromChunkSchema,
  type WorkloadCopyToMetadata,
  type WorkloadCopyToRequest,
  type WorkloadStatPathResponseSchema,
} from '@capsule/api';
import {
  type ContainerFiles,
  type ContainerPath,
  cellOfWorkload,
  type PathType,
} from '@capsule/core';
import { workloadError } from '../controllers/errors.ts';

const CHUNK_BYTES = 256 * 1024;
const PATH_MOST = 4096;

export interface WorkloadCopyParts {
  readonly files: ContainerFiles;
  /** Fails with `WORKLOAD_NOT_FOUND`. */
  readonly find: (name: string) => unknown;
}

export async function copyToWorkload(
  requests: AsyncIterable<WorkloadCopyToRequest>,
  parts: WorkloadCopyParts,
  signal: AbortSignal,
): Promise<{ readonly bytesReceived: bigint }> {
  const incoming = requests[Symbol.asyncIterator]();
  const { name, destPath, keepOwner } = await readMetadata(incoming);
  const at = pathOf(name, destPath, parts);
  const count = { bytes: 0 };
  await parts.files.unpack(at, chunksOf(incoming, count), { keepOwner }, signal);
  return { bytesReceived: BigInt(count.bytes) };
}

export async function* copyFromWorkload(
  { name, srcPath }: { readonly name: string; readonly srcPath: string },
  parts: WorkloadCopyParts,
  signal: AbortSignal,
): AsyncGenerator<MessageInitShape<typeof WorkloadCopyFromChunkSchema>> {
  for await (const data of parts.files.pack(pathOf(name, srcPath, parts), signal)) {
    for (let at = 0; at < data.length; at += CHUNK_BYTES) {
      // Not copied: what comes out of a pipe is nobody else's.
      yield { data: data.subarray(at, at + CHUNK_BYTES) as Uint8Array<ArrayBuffer> };
    }
  }
}

const TYPES: Readonly<Record<PathType, FileType>> = {
  none: FileType.UNSPECIFIED,
  file: FileType.REGULAR,
  folder: FileType.DIRECTORY,
  link: FileType.SYMLINK,
  other: FileType.OTHER,
};

export async function statWorkloadPath(
  { name, path }: { readonly name: string; readonly path: string },
  parts: WorkloadCopyParts,
  signal: AbortSignal,
): Promise<MessageInitShape<typeof WorkloadStatPathResponseSchema>> {
  const seen = await parts.files.look(pathOf(name, path, parts), signal);
  return {
    type: TYPES[seen.type],
    sizeBytes: BigInt(seen.sizeBytes),
    mode: seen.mode,
    modifiedUnixMs: BigInt(Math.trunc(seen.modifiedAt)),
    linkTarget: seen.link?.target ?? '',
    targetType: TYPES[seen.link?.behind ?? 'none'],
  };
}

async function readMetadata(
  incoming: AsyncIterator<WorkloadCopyToRequest>,
): Promise<WorkloadCopyToMetadata> {
  const first = await incoming.next();
  const payload = first.done === true ? undefined : first.value.payload;
  if (payload?.case === 'metadata') return payload.value;
  throw workloadError.COPY_INVALID({ problem: 'its metadata is missing in the first message' });
}

async function* chunksOf(
  incoming: AsyncIterator<WorkloadCopyToRequest>,
  count: { bytes: number },
): AsyncGenerator<Uint8Array> {
  for (let next = await incoming.next(); next.done !== true; next = await incoming.next()) {
    const { payload } = next.value;
    if (payload.case !== 'chunk') {
      throw workloadError.COPY_INVALID({ problem: 'its metadata may come once' });
    }
    count.bytes += payload.value.length;
    yield payload.value;
  }
}

function pathOf(name: string, path: string, { find }: WorkloadCopyParts): ContainerPath {
  find(name);
  const isUsable = path.startsWith('/') && path.length < PATH_MOST && !path.includes('\0');
  if (isUsable) return { cell: cellOfWorkload(name), container: name, path };
  const problem = `${JSON.stringify(path.slice(0, 80))} is not an absolute path`;
  throw workloadError.COPY_INVALID({ problem });
}
