import type { MessageInitShape } from '@bufbuild/protobuf';
import {
  FileType,
  type WorkloadCopyFromChunkSchema,
  type WorkloadCopyToMetadata,
  type WorkloadCopyToRequest,
  type WorkloadCopyToResponseSchema,
  type WorkloadStatPathResponseSchema,
} from '@capsule/api/wire';
import type {
  ByteSink,
  ByteSource,
  ContainerFiles,
  ContainerRuntime,
  PathType,
  WorkloadRecord,
} from '@capsule/core';
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

/** The result of a copy: the size of the archive, and the entries that were left out. */
export interface Copied {
  readonly bytes: number;
  readonly warnings: string[];
}

type CopyTo = Pick<WorkloadCopyToMetadata, 'name' | 'place' | 'destPath' | 'keepOwner'>;
type CopyFrom = ContainerTarget & { readonly srcPath: string };

export async function copyToWorkload(
  requests: AsyncIterable<WorkloadCopyToRequest>,
  parts: WorkloadCopyParts,
  signal: AbortSignal,
): Promise<MessageInitShape<typeof WorkloadCopyToResponseSchema>> {
  const incoming = requests[Symbol.asyncIterator]();
  const metadata = await readMetadata(incoming);
  return copiedToProto(await receiveCopy(metadata, chunksOf(incoming), parts, signal));
}

export function copiedToProto({ bytes, warnings }: Copied) {
  return { bytesReceived: BigInt(bytes), warnings };
}

/** Unpacks an archive in a workload. */
export async function receiveCopy(
  to: CopyTo,
  archive: ByteSource,
  parts: WorkloadCopyParts,
  signal: AbortSignal,
): Promise<Copied> {
  const at = await placeToWrite(to, parts);
  const warnings: string[] = [];
  const how = { keepOwner: to.keepOwner, warn: (warning: string) => warnings.push(warning) };
  return { bytes: await parts.files.unpack(at, archive, how, signal), warnings };
}

export async function* copyFromWorkload(
  from: CopyFrom,
  parts: WorkloadCopyParts,
  signal: AbortSignal,
): AsyncGenerator<MessageInitShape<typeof WorkloadCopyFromChunkSchema>> {
  const at = await placeToRead(from, parts);
  const warnings: string[] = [];
  const warn = (warning: string) => warnings.push(warning);
  for await (const data of parts.files.pack(at, signal, warn)) {
    for (let begin = 0; begin < data.length; begin += CHUNK_BYTES) {
      // Sent without a copy: no other code uses the buffer that a pipe returns.
      yield { data: data.subarray(begin, begin + CHUNK_BYTES) as Uint8Array<ArrayBuffer> };
    }
  }
  if (warnings.length > 0) yield { warnings };
}

/** Sends a file or folder of a workload as an archive. */
export async function sendCopy(
  from: CopyFrom,
  to: ByteSink,
  parts: WorkloadCopyParts,
  signal: AbortSignal,
): Promise<Copied> {
  const at = await placeToRead(from, parts);
  const warnings: string[] = [];
  const how = { warn: (warning: string) => warnings.push(warning) };
  return { bytes: await parts.files.packTo(at, to, how, signal), warnings };
}

/** Fails as `placeToCopy`, and with `WORKLOAD_NOT_FOUND` and `CELL_NOT_FOUND`. */
export function placeToWrite(to: CopyTo, { find, runtime }: WorkloadCopyParts) {
  return placeToCopy(find(to), { path: to.destPath, use: 'writes' }, runtime);
}

/** Fails as `placeToWrite`. */
export function placeToRead(from: CopyFrom, { find, runtime }: WorkloadCopyParts) {
  return placeToCopy(find(from), { path: from.srcPath, use: 'reads' }, runtime);
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
): AsyncGenerator<Uint8Array> {
  for (let next = await incoming.next(); next.done !== true; next = await incoming.next()) {
    const { payload } = next.value;
    if (payload.case !== 'chunk') {
      throw workloadError.COPY_INVALID({ problem: 'metadata was sent twice' });
    }
    yield payload.value;
  }
}
