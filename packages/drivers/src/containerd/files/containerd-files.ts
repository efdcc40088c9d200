import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import {
  type ByteSink,
  type ByteSource,
  type ContainerFiles,
  type ContainerPath,
  type FilesWarn,
  nameOfContainer,
  type PackRules,
  type PathSeen,
  type UnpackRules,
} from '@capsule/core';
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
import { containerId } from '../../oci/container-id.ts';
import { translateErrors } from '../client/rpc-error.ts';
import type { PerRealm } from '../realm/per-realm.ts';
import type { RuntimeContext } from '../runtime/context.ts';
import { findRoot } from './find-root.ts';

type Start = (ends?: Ends) => FilesProgram;

interface StartOptions extends Ends {
  readonly signal: AbortSignal | undefined;
  readonly folder?: string | undefined;
}

/**
 * Reads and writes files with `capsule-files`, one process for each call, which enters the container's root
 * for good. `layerLocks` prevents the start of a stopped container while its layers are mounted here.
 */
export class ContainerdFiles implements ContainerFiles {
  readonly #realms: PerRealm<RuntimeContext>;

  constructor(realms: PerRealm<RuntimeContext>) {
    this.#realms = realms;
  }

  async look(at: ContainerPath, signal?: AbortSignal): Promise<PathSeen> {
    return this.#with(at, ['look', at.path], signal, async (start) => {
      await using program = start();
      return await readSeen(program);
    });
  }

  async *pack(
    at: ContainerPath,
    signal?: AbortSignal,
    warn?: FilesWarn,
  ): AsyncGenerator<Uint8Array> {
    const hold = await this.#open(at, signal);
    try {
      await using program = this.#start([...hold.args, 'pack', at.path], at, { signal });
      yield* readArchive(program, signal, warn);
    } finally {
      hold.release();
    }
  }

  async packTo(
    at: ContainerPath,
    to: ByteSink,
    { warn }: PackRules,
    signal?: AbortSignal,
  ): Promise<number> {
    const send = (start: Start) => sendArchive(to, start, { signal, warn });
    return this.#with(at, ['pack', at.path], signal, send);
  }

  async unpack(
    at: ContainerPath,
    archive: ByteSource,
    { keepOwner, warn }: UnpackRules,
    signal?: AbortSignal,
  ): Promise<number> {
    const words = ['unpack', at.path, keepOwner ? 'own' : 'root'];
    const take = (start: Start) => takeArchive(archive, start, { signal, warn });
    return this.#with(at, words, signal, take);
  }

  async copyOut(at: ContainerPath, folder: string, signal?: AbortSignal): Promise<void> {
    const seen = await this.look(at, signal);
    if ((seen.link?.behind ?? seen.type) !== 'folder') return;
    const { filesBinary, filesScratch } = this.#contextOf(at);
    const place = join(filesScratch, containerId(at.ref));
    await mkdir(place, { recursive: true });
    // Bound to a path of its own, so that no path in the archive leads out of the folder.
    const root = ['mount', 'bind', folder, '', '/', place, 'rw'];
    const words = [...root, 'unpack', '/', 'fill'];
    const start = () => new FilesProgram(filesBinary, words, nameOfContainer(at.ref), {}, signal);
    await takeArchive(this.pack({ ...at, path: `${at.path}/.` }, signal), start, { signal });
  }

  async #with<T>(
    at: ContainerPath,
    words: readonly string[],
    signal: AbortSignal | undefined,
    use: (start: Start) => Promise<T>,
  ): Promise<T> {
    const hold = await this.#open(at, signal);
    try {
      const folder = unpackFolder(words, at);
      return await use((ends = {}) =>
        this.#start([...hold.args, ...words], at, { ...ends, signal, folder }),
      );
    } finally {
      hold.release();
    }
  }

  #start(
    args: readonly string[],
    at: ContainerPath,
    { signal, ...options }: StartOptions,
  ): FilesProgram {
    const { filesBinary } = this.#contextOf(at);
    return new FilesProgram(filesBinary, args, nameOfContainer(at.ref), options, signal);
  }

  async #open(at: ContainerPath, signal?: AbortSignal) {
    const { ref } = at;
    const action = `open the files of container ${nameOfContainer(ref)}`;
    const context = this.#contextOf(at);
    const { socketPath } = context.client;
    const release = await context.layerLocks.acquire(containerId(ref), signal);
    try {
      const found = findRoot(context, ref, signal);
      const { args, isRunning } = await translateErrors({ action, socketPath, signal }, found);
      // A running container has its own mount, and may be stopped and started meanwhile.
      if (isRunning) release();
      return { args: isRunning ? args : [...args, ...withoutMounts(at)], release };
    } catch (error) {
      release();
      throw error;
    }
  }

  #contextOf({ ref }: ContainerPath): RuntimeContext {
    return this.#realms.of(ref.cell.realm);
  }
}
