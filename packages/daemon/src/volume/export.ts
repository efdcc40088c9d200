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
  /** Undefined: the present content of the volume. */
  readonly snapshot?: string;
  readonly format: 'image' | 'tar';
  /** Id of an interrupted export that is to resume. */
  readonly id?: string;
}

export interface Export {
  /** Id with which an interrupted export can resume. */
  readonly id: string;
  readonly ref: SnapshotRef;
  readonly format: ExportRequest['format'];
  /** Size of the volume. */
  readonly sizeBytes: number;
  /** Undefined if it is not known in advance. */
  readonly totalBytes: number | undefined;
}

/** Exports volumes. Sends a snapshot, so the content does not change meanwhile. */
export class VolumeExporter {
  readonly #parts: VolumeExporterParts;

  constructor(parts: VolumeExporterParts) {
    this.#parts = parts;
  }

  /**
   * Begins or resumes an export. Fails with `VOLUME_NOT_FOUND`, `SNAPSHOT_NOT_FOUND`, `EXPORT_GONE`
   * and the errors of the backend.
   */
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

  /**
   * Yields the content after `offset` and returns size and checksum of the whole, for which it
   * reads the bytes before `offset` again.
   */
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

  /**
   * Removes the snapshot that was taken for the export, once the client has everything. Idempotent.
   */
  async end(ref: SnapshotRef): Promise<void> {
    // Checks the origin: an operator may have chosen a similar name, or adopted the snapshot.
    const isOwn = this.#parts.records.get(ref)?.origin === 'export';
    if (isOwn) await this.#parts.snapshots.delete(ref);
  }

  async #freeze(volume: string): Promise<string> {
    const snapshot = `export-${randomBytes(8).toString('hex')}`;
    await this.#parts.snapshots.take({ volume, snapshot }, 'export');
    return snapshot;
  }
}
