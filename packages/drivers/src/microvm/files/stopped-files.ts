import { mkdir } from 'node:fs/promises';
import type { ContainerFiles, ContainerPath, PathSeen } from '@capsule/core';
import { FilesProgram, feedProgram } from '../../containerd/files/files-program.ts';
import { parseSeen } from '../../containerd/files/path-seen.ts';
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
    let text = '';
    for await (const chunk of program.child.stdout ?? []) text += String(chunk);
    await program.succeed();
    return parseSeen(text);
  }

  async *pack(at: ContainerPath, signal?: AbortSignal): AsyncGenerator<Uint8Array> {
    await using program = await this.#start(at, ['pack', at.path], signal);
    for await (const chunk of program.child.stdout ?? []) yield chunk as Buffer;
    signal?.throwIfAborted();
    await program.succeed();
  }

  async unpack(
    at: ContainerPath,
    archive: AsyncIterable<Uint8Array>,
    { keepOwner }: { readonly keepOwner: boolean },
    signal?: AbortSignal,
  ): Promise<void> {
    const words = ['unpack', at.path, keepOwner ? 'own' : 'root'];
    await using program = await this.#start(at, words, signal);
    await feedProgram(program, archive);
    signal?.throwIfAborted();
    await program.succeed();
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
