import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import {
  type ContainerFiles,
  type ContainerPath,
  type FilesWarn,
  nameOfContainer,
  type PathSeen,
  type UnpackRules,
} from '@capsule/core';
import {
  FilesProgram,
  readArchive,
  readSeen,
  writeArchive,
} from '../../files-program/files-program.ts';
import { unpackFolder } from '../../files-program/unpack-folder.ts';
import { withoutMounts } from '../../files-program/without-mounts.ts';
import { containerId } from '../../oci/container-id.ts';
import { translateErrors } from '../client/rpc-error.ts';
import type { PerRealm } from '../realm/per-realm.ts';
import type { RuntimeContext } from '../runtime/context.ts';
import { findRoot } from './find-root.ts';

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
    return this.#with(at, ['look', at.path], signal, readSeen);
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

  async unpack(
    at: ContainerPath,
    archive: AsyncIterable<Uint8Array>,
    { keepOwner, warn }: UnpackRules,
    signal?: AbortSignal,
  ): Promise<void> {
    const words = ['unpack', at.path, keepOwner ? 'own' : 'root'];
    await this.#with(at, words, signal, (program) =>
      writeArchive(program, archive, { signal, warn }),
    );
  }

  async copyOut(at: ContainerPath, folder: string, signal?: AbortSignal): Promise<void> {
    const seen = await this.look(at, signal);
    if ((seen.link?.behind ?? seen.type) !== 'folder') return;
    const { filesBinary, filesScratch } = this.#contextOf(at);
    const place = join(filesScratch, containerId(at.ref));
    await mkdir(place, { recursive: true });
    // Bound to a path of its own, so that no path in the archive leads out of the folder.
    const root = ['mount', 'bind', folder, '', '/', place, 'rw'];
    await using program = new FilesProgram(
      filesBinary,
      [...root, 'unpack', '/', 'fill'],
      nameOfContainer(at.ref),
    );
    const kill = () => program.child.kill('SIGKILL');
    signal?.addEventListener('abort', kill, { once: true });
    try {
      const content = this.pack({ ...at, path: `${at.path}/.` }, signal);
      await writeArchive(program, content, { signal });
    } finally {
      signal?.removeEventListener('abort', kill);
    }
  }

  async #with<T>(
    at: ContainerPath,
    words: readonly string[],
    signal: AbortSignal | undefined,
    use: (program: FilesProgram) => Promise<T>,
  ): Promise<T> {
    const hold = await this.#open(at, signal);
    try {
      const folder = unpackFolder(words, at);
      await using program = this.#start([...hold.args, ...words], at, { signal, folder });
      return await use(program);
    } finally {
      hold.release();
    }
  }

  #start(
    args: readonly string[],
    at: ContainerPath,
    {
      signal,
      folder,
    }: { readonly signal: AbortSignal | undefined; readonly folder?: string | undefined },
  ): FilesProgram {
    const program = new FilesProgram(
      this.#contextOf(at).filesBinary,
      args,
      nameOfContainer(at.ref),
      {
        folder,
      },
    );
    signal?.addEventListener('abort', () => program.child.kill('SIGKILL'), { once: true });
    return program;
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
