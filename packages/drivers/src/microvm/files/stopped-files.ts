import { mkdir } from 'node:fs/promises';
import type {
  ByteSink,
  ByteSource,
  ContainerFiles,
  ContainerPath,
  FilesWarn,
  PackRules,
  PathSeen,
  UnpackRules,
} from '@capsule/core';
import { openLoop } from '@capsule/host';
import {
  type Ends,
  FilesProgram,
  readArchive,
  readSeen,
} from '../../files-program/files-program.ts';
import { sendArchive } from '../../files-program/send-archive.ts';
import { takeArchive } from '../../files-program/take-archive.ts';
import { unpackFolder } from '../../files-program/unpack-folder.ts';
import { withoutMounts } from '../../files-program/without-mounts.ts';
import { OpenDisks } from '../vmm/open-disks.ts';
import { describeRoot, type StoppedRoot } from './describe-root.ts';

export interface StoppedFilesParts {
  readonly filesBinary: string;
  readonly root: StoppedRoot;
}

/**
 * Reads and writes files of a stopped microVM, which must not start meanwhile: its disks belong to one kernel
 * at a time.
 */
export class StoppedFiles implements Omit<ContainerFiles, 'copyOut'> {
  readonly #parts: StoppedFilesParts;

  constructor(parts: StoppedFilesParts) {
    this.#parts = parts;
  }

  async look(at: ContainerPath, signal?: AbortSignal): Promise<PathSeen> {
    await using opened = await this.#open(at, ['look', at.path], signal);
    await using program = opened.start();
    return await readSeen(program);
  }

  async *pack(
    at: ContainerPath,
    signal?: AbortSignal,
    warn?: FilesWarn,
  ): AsyncGenerator<Uint8Array> {
    await using opened = await this.#open(at, ['pack', at.path], signal);
    await using program = opened.start();
    yield* readArchive(program, signal, warn);
  }

  async packTo(
    at: ContainerPath,
    to: ByteSink,
    { warn }: PackRules,
    signal?: AbortSignal,
  ): Promise<number> {
    await using opened = await this.#open(at, ['pack', at.path], signal);
    return await sendArchive(to, opened.start, { signal, warn });
  }

  async unpack(
    at: ContainerPath,
    archive: ByteSource,
    { keepOwner, warn }: UnpackRules,
    signal?: AbortSignal,
  ): Promise<number> {
    const words = ['unpack', at.path, keepOwner ? 'own' : 'root'];
    await using opened = await this.#open(at, words, signal);
    return await takeArchive(archive, opened.start, { signal, warn });
  }

  async #open(
    at: ContainerPath,
    words: readonly string[],
    signal: AbortSignal | undefined,
  ): Promise<AsyncDisposable & { readonly start: (ends?: Ends) => FilesProgram }> {
    const { container } = at.ref;
    const { root, filesBinary } = this.#parts;
    for (const place of Object.values(root.places)) await mkdir(place, { recursive: true });
    await using stack = new AsyncDisposableStack();
    const disk = { path: root.writableDisk, readOnly: false };
    const held = stack.use(await OpenDisks.open(container, [disk]));
    const image = stack.use(await openLoop(root.imageDisk, signal));
    const writable = stack.use(await openLoop(root.writableDisk, signal));
    const devices = { image: image.device, writable: writable.device };
    const [command, ...args] = describeRoot(root, devices, filesBinary);
    // The program inherits the lock, because it may outlive capsuled for a moment.
    const kept = held.descriptors.map(({ fd }) => fd);
    const all = [...args, ...withoutMounts(at), ...words];
    const folder = unpackFolder(words, at);
    const start = (ends: Ends = {}) =>
      new FilesProgram(command, all, container, { ...ends, kept, folder }, signal);
    const whole = stack.move();
    return { start, [Symbol.asyncDispose]: () => whole.disposeAsync() };
  }
}
