import type { MessageInitShape } from '@bufbuild/protobuf';
import {
  FileType,
  type WorkloadCopyFromChunkSchema,
  type WorkloadCopyToMetadata,
  type WorkloadCopyToRequest,
  type WorkloadStatPathResponseSchema,
} from '@capsule/api/wire';
import type { ContainerFiles, ContainerRuntime, PathType, WorkloadRecord } from '@capsule/core';
import { workloadError } from '../../workload/errors.ts';
import { placeToCopy } from '../../workload/place-to-copy.ts';
import type { ContainerTarget } from './find-container.ts';

const CHUNK_BYTES = 256 * 1024;

export interface WorkloadCopyParts {
  readonly files: ContainerFiles;
  /** Fails with `WORKLOAD_NOT_FOUND`, `CELL_NOT_FOUND`. */
  readonly find: (target: ContainerTarget) => WorkloadRecord;
  readonly runtime: Pick<ContainerRuntime, 'inspect'>;
}

export async function copyToWorkload(
  requests: AsyncIterable<WorkloadCopyToRequest>,
  parts: WorkloadCopyParts,
  signal: AbortSignal,
): Promise<{ readonly bytesReceived: bigint; readonly warnings: string[] }> {
  const incoming = requests[Symbol.asyncIterator]();
  const metadata = await readMetadata(incoming);
  const { destPath, keepOwner } = metadata;
  const at = await placeToCopy(
    parts.find(metadata),
    { path: destPath, use: 'writes' },
    parts.runtime,
  );
  const count = { bytes: 0 };
  const warnings: string[] = [];
  const warn = (warning: string) => warnings.push(warning);
  await parts.files.unpack(at, chunksOf(incoming, count), { keepOwner, warn }, signal);
  return { bytesReceived: BigInt(count.bytes), warnings };
}

export async function* copyFromWorkload(
  target: ContainerTarget & { readonly srcPath: string },
  parts: WorkloadCopyParts,
  signal: AbortSignal,
): AsyncGenerator<MessageInitShape<typeof WorkloadCopyFromChunkSchema>> {
  const from = await placeToCopy(
    parts.find(target),
    { path: target.srcPath, use: 'reads' },
    parts.runtime,
  );
  const warnings: string[] = [];
  const warn = (warning: string) => warnings.push(warning);
  for await (const data of parts.files.pack(from, signal, warn)) {
    for (let at = 0; at < data.length; at += CHUNK_BYTES) {
      // Sent without a copy: no other code uses the buffer that a pipe returns.
      yield { data: data.subarray(at, at + CHUNK_BYTES) as Uint8Array<ArrayBuffer> };
    }
  }
  if (warnings.length > 0) yield { warnings };
}

const TYPES: Readonly<Record<PathType, FileType>> = {
  none: FileType.UNSPECIFIED,
  file: FileType.REGULAR,
  folder: FileType.DIRECTORY,
  link: FileType.SYMLINK,
  other: FileType.OTHER,
};

export async function statWorkloadPath(
  target: ContainerTarget & { readonly path: string },
  parts: WorkloadCopyParts,
  signal: AbortSignal,
): Promise<MessageInitShape<typeof WorkloadStatPathResponseSchema>> {
  // A client asks this before it writes, too: the answer shows what exists at the path.
  const at = await placeToCopy(
    parts.find(target),
    { path: target.path, use: 'writes' },
    parts.runtime,
  );
  const seen = await parts.files.look(at, signal);
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
  throw workloadError.COPY_INVALID({ problem: 'the first message has no metadata' });
}

async function* chunksOf(
  incoming: AsyncIterator<WorkloadCopyToRequest>,
  count: { bytes: number },
): AsyncGenerator<Uint8Array> {
  for (let next = await incoming.next(); next.done !== true; next = await incoming.next()) {
    const { payload } = next.value;
    if (payload.case !== 'chunk') {
      throw workloadError.COPY_INVALID({ problem: 'metadata was sent twice' });
    }
    count.bytes += payload.value.length;
    yield payload.value;
  }
}
