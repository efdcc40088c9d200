import { closeSync, openSync } from 'node:fs';
import { mkdir, open } from 'node:fs/promises';
import { join } from 'node:path';
import type { ArchiveNeeds, PackTree, SnapshotRef, VolumeArchives } from '@capsule/core';
import { deviceBytes } from '@capsule/host';
import { FilesProgram, readArchive, readText } from '../files-program/files-program.ts';
import { takeArchive } from '../files-program/take-archive.ts';
import { parseNeeds } from './parse-needs.ts';

/** A filesystem that is open to be read or written. */
export interface OpenDevice {
  /** Its bytes: a file or a device. */
  readonly image: string;
  /** The device to mount. */
  readonly device: string;
  close(): Promise<void>;
}

export interface DeviceArchivesParts {
  /** Fails with `VOLUME_SNAPSHOT_MISSING`. */
  readonly openSnapshot: (ref: SnapshotRef, signal?: AbortSignal) => Promise<OpenDevice>;
  /** Opens a detached volume. */
  readonly openVolume: (name: string, signal?: AbortSignal) => Promise<OpenDevice>;
  readonly filesBinary: string;
  /** The folder on which filesystems are mounted, in a namespace of their own. */
  readonly scratch: string;
}

const PIECE_BYTES = 1024 * 1024;

/** Reads and writes the files of volumes without attaching them to a workload. */
export class DeviceArchives implements VolumeArchives {
  readonly #parts: DeviceArchivesParts;

  constructor(parts: DeviceArchivesParts) {
    this.#parts = parts;
  }

  async imageBytes(ref: SnapshotRef, signal?: AbortSignal): Promise<number> {
    const opened = await this.#parts.openSnapshot(ref, signal);
    try {
      await using file = await open(opened.image, 'r');
      // stat(2) reports size zero for a device.
      const { size } = await file.stat();
      return size > 0 ? size : await deviceBytes(opened.image);
    } finally {
      await opened.close();
    }
  }

  async *readImage(
    ref: SnapshotRef,
    offset: number,
    signal?: AbortSignal,
  ): AsyncGenerator<Uint8Array> {
    const opened = await this.#parts.openSnapshot(ref, signal);
    try {
      await using file = await open(opened.image, 'r');
      let last = Buffer.alloc(0);
      let room = Buffer.allocUnsafe(PIECE_BYTES);
      for (let at = offset; ; ) {
        const { bytesRead } = await file.read(room, 0, PIECE_BYTES, at);
        if (bytesRead === 0) return;
        at += bytesRead;
        // A long hole repeats the same piece, which then takes no new memory.
        if (!last.equals(room.subarray(0, bytesRead))) {
          last = room.subarray(0, bytesRead);
          room = Buffer.allocUnsafe(PIECE_BYTES);
        }
        yield last;
      }
    } finally {
      await opened.close();
    }
  }

  async *packTree(
    ref: SnapshotRef,
    { sizeBytes, warn, signal }: PackTree,
  ): AsyncGenerator<Uint8Array> {
    const opened = await this.#parts.openSnapshot(ref, signal);
    try {
      const words = ['ro', 'pack', '/.', String(sizeBytes)];
      await using program = (await this.#prepare(opened.device, ref.volume, words, signal))();
      yield* readArchive(program, signal, warn);
    } finally {
      await opened.close();
    }
  }

  async measureTree(volume: string, file: string, signal?: AbortSignal): Promise<ArchiveNeeds> {
    // The program reads its open input, and skips the content of files.
    const input = openSync(file, 'r');
    try {
      const { filesBinary } = this.#parts;
      await using program = new FilesProgram(filesBinary, ['measure'], volume, { input }, signal);
      return parseNeeds(await readText(program));
    } finally {
      closeSync(input);
    }
  }

  async unpackTree(
    volume: string,
    archive: AsyncIterable<Uint8Array>,
    { warn, signal }: Omit<PackTree, 'sizeBytes'>,
  ): Promise<void> {
    const opened = await this.#parts.openVolume(volume, signal);
    try {
      const words = ['rw', 'unpack', '/', 'fill'];
      const start = await this.#prepare(opened.device, volume, words, signal);
      await takeArchive(archive, start, { signal, warn });
    } finally {
      await opened.close();
    }
  }

  async #prepare(
    device: string,
    volume: string,
    [mode = 'ro', ...work]: readonly string[],
    signal: AbortSignal | undefined,
  ): Promise<() => FilesProgram> {
    const { filesBinary, scratch } = this.#parts;
    const place = join(scratch, `volume-${volume}`);
    await mkdir(place, { recursive: true });
    // A snapshot of a machine that lost power has a journal to replay, which the kernel does even for `ro`.
    const args = ['mount', 'ext4', device, '', '/', place, mode, ...work];
    return () => new FilesProgram(filesBinary, args, volume, {}, signal);
  }
}
