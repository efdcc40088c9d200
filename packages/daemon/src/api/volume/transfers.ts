import type { MessageInitShape } from '@bufbuild/protobuf';
import { FRAME_BYTES, FramePacker, FrameUnpacker } from '@capsule/api/server';
import {
  VolumeArchiveFormat,
  type VolumeExportMessageSchema,
  type VolumeExportRequest,
  type VolumeExportTrailerSchema,
  type VolumeImportEnd,
  type VolumeImportRequest,
  type VolumeImportStart,
  type VolumeService,
  volumeToProto,
} from '@capsule/api/wire';
import { VOLUME_UNIT_BYTES } from '@capsule/core';
import type { ServiceImpl } from '@connectrpc/connect';
import type { Export, VolumeExporter } from '../../volume/export.ts';
import type { UploadEnd, VolumeImporter } from '../../volume/import.ts';
import type { VolumeObserver } from '../../volume/observe.ts';
import { importError } from '../../volume/transfer-errors.ts';

export interface TransferParts {
  readonly observer: Pick<VolumeObserver, 'get'>;
  readonly exporter: VolumeExporter;
  readonly importer: VolumeImporter;
}

/** One frame is compressed while the previous one is sent. */
const FRAMES_AHEAD = 2;
const UPLOAD_ID = /^[0-9a-f]{32}$/;

type TransferCalls = Pick<
  ServiceImpl<typeof VolumeService>,
  'export' | 'endExport' | 'beginImport' | 'import'
>;

/** The calls that export and import volumes in messages. */
export function streamedTransferCalls(parts: TransferParts): TransferCalls {
  return {
    export: (request, { signal }) => exportVolume(request, parts, signal),
    async endExport({ volume, exportId }) {
      await parts.exporter.end({ volume, snapshot: exportId });
      return {};
    },
    async beginImport({ name, importId }) {
      const upload = { name, id: checkedId(importId) };
      return { offset: BigInt(await parts.importer.begin(upload)) };
    },
    async import(requests) {
      const incoming = requests[Symbol.asyncIterator]();
      const first = await incoming.next();
      const start = first.done === true ? undefined : first.value.payload;
      if (start?.case !== 'start')
        throw importError.OUT_OF_ORDER({ problem: 'the first message is not a start' });
      const end: { value?: VolumeImportEnd } = {};
      return importVolume(start.value, parts, { frames: framesOf(incoming, end), end });
    },
  };
}

export interface Incoming {
  readonly frames: AsyncIterable<Uint8Array>;
  /** Set when the frames have ended. */
  readonly end: { readonly value?: VolumeImportEnd };
}

/** Receives frames, and creates the volume after the last one. */
export async function importVolume(
  { name, importId, offset }: Pick<VolumeImportStart, 'name' | 'importId' | 'offset'>,
  { observer, importer }: TransferParts,
  { frames, end }: Incoming,
) {
  const importWarnings = await importer.receive(
    { name, id: checkedId(importId) },
    Number(offset),
    unpacked(frames),
    () => {
      if (end.value === undefined)
        throw importError.OUT_OF_ORDER({ problem: 'the end is missing' });
      return endFromProto(end.value);
    },
  );
  return { ...volumeToProto(await observer.get(name)), importWarnings: [...importWarnings] };
}

async function* exportVolume(
  request: VolumeExportRequest,
  { exporter }: TransferParts,
  signal: AbortSignal,
): AsyncGenerator<MessageInitShape<typeof VolumeExportMessageSchema>> {
  const begun = await beginExport(request, exporter, signal);
  yield { payload: { case: 'header', value: headerOf(begun) } };
  const frames = exportFrames(request, { exporter, begun }, signal);
  for (;;) {
    const next = await frames.next();
    if (next.done === true) {
      yield { payload: { case: 'trailer', value: next.value } };
      // A caller that ends the export itself may lose the last message and resume.
      if (!request.isEndedByCaller) await exporter.end(begun.ref);
      return;
    }
    yield { payload: { case: 'frame', value: next.value as Uint8Array<ArrayBuffer> } };
  }
}

export async function beginExport(
  { volume, snapshot, exportId, format }: VolumeExportRequest,
  exporter: VolumeExporter,
  signal: AbortSignal,
): Promise<Export> {
  const request = { volume, format: format === VolumeArchiveFormat.TAR ? 'tar' : 'image' } as const;
  const more = { ...(snapshot && { snapshot }), ...(exportId && { id: exportId }) };
  return exporter.begin({ ...request, ...more }, signal);
}

export function headerOf({ id, totalBytes }: Export) {
  return { exportId: id, totalBytes: BigInt(totalBytes ?? 0) };
}

interface Begun {
  readonly exporter: VolumeExporter;
  readonly begun: Export;
}

/** Yields the frames after the offset, and returns the trailer. */
export async function* exportFrames(
  { offset }: Pick<VolumeExportRequest, 'offset'>,
  { exporter, begun }: Begun,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array, MessageInitShape<typeof VolumeExportTrailerSchema>> {
  const warnings: string[] = [];
  const warn = (warning: string) => warnings.push(warning);
  const pieces = exporter.read(begun, { offset: Number(offset), warn }, signal);
  const packer = new FramePacker();
  const underway: Promise<Buffer>[] = [];
  try {
    for (;;) {
      const next = await pieces.next();
      if (next.done === true) {
        for (const frame of underway) yield await frame;
        const { totalBytes, sha256: sha256Hex } = next.value;
        return { totalBytes: BigInt(totalBytes), sha256Hex, warnings };
      }
      for (let at = 0; at < next.value.length; at += FRAME_BYTES) {
        underway.push(packer.pack(next.value.subarray(at, at + FRAME_BYTES)));
      }
      while (underway.length > FRAMES_AHEAD) yield (await underway.shift()) ?? Buffer.alloc(0);
    }
  } finally {
    // The pieces hold the snapshot open.
    await pieces.return(undefined as never);
  }
}

async function* framesOf(
  incoming: AsyncIterator<VolumeImportRequest>,
  end: { value?: VolumeImportEnd },
): AsyncGenerator<Uint8Array> {
  for (let next = await incoming.next(); next.done !== true; next = await incoming.next()) {
    const { payload } = next.value;
    if (payload.case === 'end') {
      end.value = payload.value;
      return;
    }
    if (payload.case !== 'frame')
      throw importError.OUT_OF_ORDER({ problem: 'only frames may follow the start' });
    yield payload.value;
  }
}

/** Refuses a frame that unpacks to more than its limit: the sender is not trusted. */
async function* unpacked(frames: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const unpacker = new FrameUnpacker();
  for await (const frame of frames) yield await unpack(unpacker, frame);
}

async function unpack(unpacker: FrameUnpacker, frame: Uint8Array): Promise<Buffer> {
  try {
    return await unpacker.unpack(frame);
  } catch (cause) {
    throw importError.FRAME_INVALID({}, cause);
  }
}

function endFromProto({ format, sizeMib, totalBytes, sha256Hex }: VolumeImportEnd): UploadEnd {
  return {
    format: format === VolumeArchiveFormat.TAR ? 'tar' : 'image',
    ...(sizeMib > 0n && { sizeBytes: Number(sizeMib) * VOLUME_UNIT_BYTES }),
    totalBytes: Number(totalBytes),
    sha256: sha256Hex,
  };
}

/** Refuses an id that cannot be part of a file's name. */
function checkedId(id: string): string {
  if (UPLOAD_ID.test(id)) return id;
  throw importError.OUT_OF_ORDER({ problem: 'the import id is not 32 hex digits' });
}
