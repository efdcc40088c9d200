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

/** Access to the files of one microVM in its present state, until the caller releases it. */
export interface OpenFiles {
  readonly files: Omit<ContainerFiles, 'copyOut'>;
  release(): void;
}

/** Reads and writes files of microVMs: through the guest of a running one, on the disks of a stopped one. */
export class MicroVmFiles implements ContainerFiles {
  readonly #open: (at: ContainerPath, signal?: AbortSignal) => Promise<OpenFiles>;

  constructor(open: (at: ContainerPath, signal?: AbortSignal) => Promise<OpenFiles>) {
    this.#open = open;
  }

  async look(at: ContainerPath, signal?: AbortSignal): Promise<PathSeen> {
    const { files, release } = await this.#open(at, signal);
    try {
      return await files.look(at, signal);
    } finally {
      release();
    }
  }

  async *pack(
    at: ContainerPath,
    signal?: AbortSignal,
    warn?: FilesWarn,
  ): AsyncGenerator<Uint8Array> {
    const { files, release } = await this.#open(at, signal);
    try {
      yield* files.pack(at, signal, warn);
    } finally {
      release();
    }
  }

  async packTo(
    at: ContainerPath,
    to: ByteSink,
    how: PackRules,
    signal?: AbortSignal,
  ): Promise<number> {
    const { files, release } = await this.#open(at, signal);
    try {
      return await files.packTo(at, to, how, signal);
    } finally {
      release();
    }
  }

  async unpack(
    at: ContainerPath,
    archive: ByteSource,
    how: UnpackRules,
    signal?: AbortSignal,
  ): Promise<number> {
    const { files, release } = await this.#open(at, signal);
    try {
      return await files.unpack(at, archive, how, signal);
    } finally {
      release();
    }
  }

  /** A guest fills its volumes itself. */
  async copyOut(): Promise<void> {}
}
