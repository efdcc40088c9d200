import type { MessageInitShape } from '@bufbuild/protobuf';
import { FRAME_BYTES, FramePacker, FrameUnpacker } from '@capsule/api/server';
import {
  VolumeArchiveFormat,
  type VolumeExportMessageSchema,
  type VolumeExportRequest,
  type VolumeImportEnd,
  type VolumeImportRequest,
  type VolumeService,
  volumeToProto,
} from '@capsule/api/wire';
import { VOLUME_UNIT_BYTES } from '@capsule/core';
import type { ServiceImpl } from '@connectrpc/connect';
import type { VolumeExporter } from '../../volume/export.ts';
import type { UploadEnd, VolumeImporter } from '../../volume/import.ts';
import type { VolumeObserver } from '../../volume/observe.ts';
import { importError } from '../../volume/transfer-errors.ts';

export interface TransferCallParts {
  readonly observer: Pick<VolumeObserver, 'get'>;
  readonly exporter: VolumeExporter;
  readonly importer: VolumeImporter;
}

/** One frame is compressed while the previous one is sent. */
const FRAMES_AHEAD = 2;
const UPLOAD_ID = /^[0-9a-f]{32}$/;

/** Implements the calls that export and import volumes. */
export function transferCalls(
  parts: TransferCallParts,
): Pick<ServiceImpl<typeof VolumeService>, 'export' | 'endExport' | 'beginImport' | 'import'> {
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
      const { observer, importer } = parts;
      const incoming = requests[Symbol.asyncIterator]();
      const first = await incoming.next();
      const start = first.done === true ? undefined : first.value.payload;
      if (start?.case !== 'start')
        throw importError.OUT_OF_ORDER({ problem: 'the first message is not a start' });
      const { name, importId, offset } = start.value;
      const end: { value?: UploadEnd } = {};
      const importWarnings = await importer.receive(
        { name, id: checkedId(importId) },
        Number(offset),
        frames(incoming, end),
        () => {
          if (end.value === undefined)
            throw importError.OUT_OF_ORDER({ problem: 'the end is missing' });
          return end.value;
        },
      );
      return { ...volumeToProto(await observer.get(name)), importWarnings: [...importWarnings] };
    },
  };
}

async function* exportVolume(
  request: VolumeExportRequest,
  { exporter }: TransferCallParts,
  signal: AbortSignal,
): AsyncGenerator<MessageInitShape<typeof VolumeExportMessageSchema>> {
  const { volume, snapshot, exportId, offset } = request;
  const format = request.format === VolumeArchiveFormat.TAR ? 'tar' : 'image';
  const begun = await exporter.begin(
    { volume, format, ...(snapshot && { snapshot }), ...(exportId && { id: exportId }) },
    signal,
  );
  const warnings: string[] = [];
  const warn = (warning: string) => warnings.push(warning);
  const totalBytes = BigInt(begun.totalBytes ?? 0);
  yield { payload: { case: 'header', value: { exportId: begun.id, totalBytes } } };
  const pieces = exporter.read(begun, { offset: Number(offset), warn }, signal);
  const packer = new FramePacker();
  const underway: Promise<Buffer>[] = [];
  for (;;) {
    const next = await pieces.next();
    if (next.done === true) {
      for (const frame of underway) yield frameMessage(await frame);
      const { totalBytes: total, sha256: sha256Hex } = next.value;
      const value = { totalBytes: BigInt(total), sha256Hex, warnings };
      yield { payload: { case: 'trailer', value } };
      // A caller that ends the export itself may lose the last message and resume.
      if (!request.isEndedByCaller) await exporter.end(begun.ref);
      return;
    }
    for (let at = 0; at < next.value.length; at += FRAME_BYTES) {
      underway.push(packer.pack(next.value.subarray(at, at + FRAME_BYTES)));
    }
    while (underway.length > FRAMES_AHEAD) yield frameMessage(await underway.shift());
  }
}

function frameMessage(frame: Buffer | undefined) {
  const value = (frame ?? Buffer.alloc(0)) as Uint8Array<ArrayBuffer>;
  return { payload: { case: 'frame', value } } as const;
}

async function* frames(
  incoming: AsyncIterator<VolumeImportRequest>,
  end: { value?: UploadEnd },
): AsyncGenerator<Uint8Array> {
  const unpacker = new FrameUnpacker();
  for (let next = await incoming.next(); next.done !== true; next = await incoming.next()) {
    const { payload } = next.value;
    if (payload.case === 'end') {
      end.value = endFromProto(payload.value);
      return;
    }
    if (payload.case !== 'frame')
      throw importError.OUT_OF_ORDER({ problem: 'only frames may follow the start' });
    yield await unpacked(unpacker, payload.value);
  }
}

/** Refuses a frame that unpacks to more than its limit: the sender is not trusted. */
async function unpacked(unpacker: FrameUnpacker, frame: Uint8Array): Promise<Buffer> {
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
