import { mkdir, open, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { SnapshotRef, VolumeArchives } from '@capsule/core';
import { attachLoop, detachLoop } from '@capsule/host';
import { FilesProgram, feedProgram } from '../containerd/files/files-program.ts';
import { volumeDriverError } from './errors.ts';
import { sizeOf, type VolumeFiles } from './volume-files.ts';

export interface LoopFileArchivesParts {
  readonly files: VolumeFiles;
  readonly filesBinary: string;
  /** Where a filesystem is mounted in a namespace that nobody else sees. */
  readonly scratch: string;
}

const PIECE_BYTES = 1024 * 1024;

/** The files of volumes, read and written without attaching them for a workload. */
export class LoopFileArchives implements VolumeArchives {
  readonly #parts: LoopFileArchivesParts;

  constructor(parts: LoopFileArchivesParts) {
    this.#parts = parts;
  }

  async imageBytes(ref: SnapshotRef): Promise<number> {
    const { size } = await stat(await this.#find(ref));
    return size;
  }

  async *readImage(ref: SnapshotRef, offset: number): AsyncGenerator<Uint8Array> {
    const file = await open(await this.#find(ref), 'r');
    try {
      for (let at = offset; ; ) {
        const { bytesRead, buffer } = await file.read(
          Buffer.allocUnsafe(PIECE_BYTES),
          ...[0, PIECE_BYTES, at],
        );
        if (bytesRead === 0) return;
        at += bytesRead;
        yield buffer.subarray(0, bytesRead);
      }
    } finally {
      await file.close();
    }
  }

  async *packTree(ref: SnapshotRef, signal?: AbortSignal): AsyncGenerator<Uint8Array> {
    const device = await attachLoop(await this.#find(ref), signal);
    try {
      const words = ['ro', 'pack', '/.'];
      await using program = await this.#start(device, ref.volume, words, signal);
      for await (const chunk of program.child.stdout ?? []) yield chunk as Buffer;
      signal?.throwIfAborted();
      await program.succeed();
    } finally {
      await detachLoop(device);
    }
  }

  async unpackTree(
    volume: string,
    archive: AsyncIterable<Uint8Array>,
    signal?: AbortSignal,
  ): Promise<void> {
    const device = await attachLoop(this.#parts.files.volume(volume), signal);
    try {
      const words = ['rw', 'unpack', '/', 'own'];
      await using program = await this.#start(device, volume, words, signal);
      await feedProgram(program, archive);
      signal?.throwIfAborted();
      await program.succeed();
    } finally {
      await detachLoop(device);
    }
  }

  async #start(
    device: string,
    volume: string,
    [mode = 'ro', ...work]: readonly string[],
    signal: AbortSignal | undefined,
  ): Promise<FilesProgram> {
    const { filesBinary, scratch } = this.#parts;
    const place = join(scratch, `volume-${volume}`);
    await mkdir(place, { recursive: true });
    // A snapshot is clean, but for one of a machine that lost power: its journal stays as it is.
    const options = mode === 'ro' ? 'noload' : '';
    const args = ['mount', 'ext4', device, options, '/', place, mode, ...work];
    const program = new FilesProgram(filesBinary, args, volume);
    signal?.addEventListener('abort', () => program.child.kill('SIGKILL'), { once: true });
    return program;
  }

  async #find(ref: SnapshotRef): Promise<string> {
    const file = this.#parts.files.snapshot(ref);
    if ((await sizeOf(file)) !== undefined) return file;
    throw volumeDriverError.SNAPSHOT_MISSING({ name: `${ref.volume}@${ref.snapshot}` });
  }
}
