import { createHash, randomBytes } from 'node:crypto';
import type { FilesWarn, SnapshotRef, VolumeArchives } from '@capsule/core';
import type { SnapshotCommands } from './snapshot/commands.ts';
import type { SnapshotRecords } from './snapshot/records.ts';
import { exportError } from './transfer-errors.ts';

export interface VolumeExporterParts {
  readonly records: Pick<SnapshotRecords, 'get' | 'ready'>;
  readonly snapshots: Pick<SnapshotCommands, 'take' | 'delete'>;
  readonly archives: VolumeArchives;
}

export interface ExportRequest {
  readonly volume: string;
  /** Undefined: what the volume holds now. */
  readonly snapshot?: string;
  readonly format: 'image' | 'tar';
  /** Of an export that was cut off. */
  readonly id?: string;
}

export interface Export {
  /** With it the export can go on after it was cut off. */
  readonly id: string;
  readonly ref: SnapshotRef;
  readonly format: ExportRequest['format'];
  /** Of the volume. */
  readonly sizeBytes: number;
  /** Undefined where it is not known beforehand. */
  readonly totalBytes: number | undefined;
}

/** Volumes on their way out. What is sent does not change meanwhile: it is a snapshot. */
export class VolumeExporter {
  readonly #parts: VolumeExporterParts;

  constructor(parts: VolumeExporterParts) {
    this.#parts = parts;
  }

  /** Fails with `VOLUME_NOT_FOUND`, `SNAPSHOT_NOT_FOUND`, `EXPORT_GONE` and what the backend says. */
  async begin(
    { volume, snapshot, format, id }: ExportRequest,
    signal: AbortSignal,
  ): Promise<Export> {
    const ref = { volume, snapshot: id ?? snapshot ?? (await this.#freeze(volume)) };
    if (id !== undefined && this.#parts.records.get(ref) === undefined) {
      throw exportError.GONE({ id });
    }
    const { sizeBytes } = this.#parts.records.ready(ref);
    const isImage = format === 'image';
    const totalBytes = isImage ? await this.#parts.archives.imageBytes(ref, signal) : undefined;
    return { id: ref.snapshot, ref, format, sizeBytes, totalBytes };
  }

  /** Ends with what is to be compared; what was sent before `offset` is read again for that. */
  async *read(
    { ref, format, sizeBytes }: Export,
    { offset, warn }: { readonly offset: number; readonly warn: FilesWarn },
    signal: AbortSignal,
  ): AsyncGenerator<Uint8Array, { readonly totalBytes: number; readonly sha256: string }> {
    const { archives } = this.#parts;
    const hash = createHash('sha256');
    let at = 0;
    const all =
      format === 'image'
        ? archives.readImage(ref, 0, signal)
        : archives.packTree(ref, { sizeBytes, warn, signal });
    for await (const piece of all) {
      hash.update(piece);
      const skipped = Math.min(Math.max(offset - at, 0), piece.length);
      at += piece.length;
      if (skipped < piece.length) yield piece.subarray(skipped);
    }
    return { totalBytes: at, sha256: hash.digest('hex') };
  }

  /** All has arrived: removes the snapshot that was taken for the export. Idempotent. */
  async end(ref: SnapshotRef): Promise<void> {
    // By what it was taken for: a person may have named one alike, or adopted one.
    const isOwn = this.#parts.records.get(ref)?.origin === 'export';
    if (isOwn) await this.#parts.snapshots.delete(ref);
  }

  async #freeze(volume: string): Promise<string> {
    const snapshot = `export-${randomBytes(8).toString('hex')}`;
    await this.#parts.snapshots.take({ volume, snapshot }, 'export');
    return snapshot;
  }
}
