import { mkdir } from 'node:fs/promises';
import type { ContainerFiles, ContainerPath, PathSeen } from '@capsule/core';
import {
  FilesProgram,
  readArchive,
  readSeen,
  writeArchive,
} from '../../containerd/files/files-program.ts';
import { describeRoot, type StoppedRoot } from './describe-root.ts';

export interface StoppedFilesParts {
  readonly filesBinary: string;
  readonly root: StoppedRoot;
}

/** Files of a microVM that does not run, and is not started meanwhile: its disks belong to one kernel at a time. */
export class StoppedFiles implements Omit<ContainerFiles, 'copyOut'> {
  readonly #parts: StoppedFilesParts;

  constructor(parts: StoppedFilesParts) {
    this.#parts = parts;
  }

  async look(at: ContainerPath, signal?: AbortSignal): Promise<PathSeen> {
    await using program = await this.#start(at, ['look', at.path], signal);
    return await readSeen(program);
  }

  async *pack(at: ContainerPath, signal?: AbortSignal): AsyncGenerator<Uint8Array> {
    await using program = await this.#start(at, ['pack', at.path], signal);
    yield* readArchive(program, signal);
  }

  async unpack(
    at: ContainerPath,
    archive: AsyncIterable<Uint8Array>,
    { keepOwner }: { readonly keepOwner: boolean },
    signal?: AbortSignal,
  ): Promise<void> {
    const words = ['unpack', at.path, keepOwner ? 'own' : 'root'];
    await using program = await this.#start(at, words, signal);
    await writeArchive(program, archive, signal);
  }

  async #start(
    { container }: ContainerPath,
    words: readonly string[],
    signal: AbortSignal | undefined,
  ): Promise<FilesProgram> {
    const { root, filesBinary } = this.#parts;
    for (const place of Object.values(root.places)) await mkdir(place, { recursive: true });
    const [command, ...args] = describeRoot(root, filesBinary);
    const program = new FilesProgram(command, [...args, ...words], container);
    signal?.addEventListener('abort', () => program.child.kill('SIGKILL'), { once: true });
    return program;
  }
}
