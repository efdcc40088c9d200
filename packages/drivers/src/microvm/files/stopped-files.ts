import { mkdir } from 'node:fs/promises';
import type {
  ContainerFiles,
  ContainerPath,
  FilesWarn,
  PathSeen,
  UnpackRules,
} from '@capsule/core';
import { openLoop } from '@capsule/host';
import {
  FilesProgram,
  readArchive,
  readSeen,
  writeArchive,
} from '../../files-program/files-program.ts';
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
    await using opened = await this.#start(at, ['look', at.path], signal);
    return await readSeen(opened.program);
  }

  async *pack(
    at: ContainerPath,
    signal?: AbortSignal,
    warn?: FilesWarn,
  ): AsyncGenerator<Uint8Array> {
    await using opened = await this.#start(at, ['pack', at.path], signal);
    yield* readArchive(opened.program, signal, warn);
  }

  async unpack(
    at: ContainerPath,
    archive: AsyncIterable<Uint8Array>,
    { keepOwner, warn }: UnpackRules,
    signal?: AbortSignal,
  ): Promise<void> {
    const words = ['unpack', at.path, keepOwner ? 'own' : 'root'];
    await using opened = await this.#start(at, words, signal);
    await writeArchive(opened.program, archive, { signal, warn });
  }

  async #start(
    at: ContainerPath,
    words: readonly string[],
    signal: AbortSignal | undefined,
  ): Promise<AsyncDisposable & { readonly program: FilesProgram }> {
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
    const program = stack.use(new FilesProgram(command, all, container, { kept, folder }));
    signal?.addEventListener('abort', () => program.child.kill('SIGKILL'), { once: true });
    const whole = stack.move();
    return { program, [Symbol.asyncDispose]: () => whole.disposeAsync() };
  }
}
