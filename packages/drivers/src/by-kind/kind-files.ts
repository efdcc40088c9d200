import type {
  ByteSink,
  ByteSource,
  ContainerFiles,
  ContainerPath,
  ContainerRef,
  FilesWarn,
  PackRules,
  PathSeen,
  UnpackRules,
} from '@capsule/core';
import type { Kinds } from './kind-runtime.ts';

/** Reads and writes the files of containers and microVMs. */
export class KindFiles implements ContainerFiles {
  readonly #kinds: Kinds<ContainerFiles>;
  readonly #isMicroVm: (ref: ContainerRef) => Promise<boolean>;

  constructor(kinds: Kinds<ContainerFiles>, isMicroVm: (ref: ContainerRef) => Promise<boolean>) {
    this.#kinds = kinds;
    this.#isMicroVm = isMicroVm;
  }

  async look(at: ContainerPath, signal?: AbortSignal): Promise<PathSeen> {
    return (await this.#of(at)).look(at, signal);
  }

  async *pack(
    at: ContainerPath,
    signal?: AbortSignal,
    warn?: FilesWarn,
  ): AsyncGenerator<Uint8Array> {
    yield* (await this.#of(at)).pack(at, signal, warn);
  }

  async packTo(
    at: ContainerPath,
    to: ByteSink,
    how: PackRules,
    signal?: AbortSignal,
  ): Promise<number> {
    return (await this.#of(at)).packTo(at, to, how, signal);
  }

  async unpack(
    at: ContainerPath,
    archive: ByteSource,
    how: UnpackRules,
    signal?: AbortSignal,
  ): Promise<number> {
    return (await this.#of(at)).unpack(at, archive, how, signal);
  }

  async copyOut(at: ContainerPath, folder: string, signal?: AbortSignal): Promise<void> {
    return (await this.#of(at)).copyOut(at, folder, signal);
  }

  async #of({ ref }: ContainerPath): Promise<ContainerFiles> {
    return (await this.#isMicroVm(ref)) ? this.#kinds.microVm : this.#kinds.container;
  }
}
