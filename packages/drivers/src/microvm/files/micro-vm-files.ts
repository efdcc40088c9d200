import type {
  ContainerFiles,
  ContainerPath,
  FilesWarn,
  PathSeen,
  UnpackRules,
} from '@capsule/core';

/** The files of one microVM as it is now, until they are given back. */
export interface OpenFiles {
  readonly files: Omit<ContainerFiles, 'copyOut'>;
  release(): void;
}

/** Files of microVMs: by the guest of one that runs, by the disks of one that does not. */
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

  async unpack(
    at: ContainerPath,
    archive: AsyncIterable<Uint8Array>,
    how: UnpackRules,
    signal?: AbortSignal,
  ): Promise<void> {
    const { files, release } = await this.#open(at, signal);
    try {
      await files.unpack(at, archive, how, signal);
    } finally {
      release();
    }
  }

  /** A guest fills its volumes itself. */
  async copyOut(): Promise<void> {}
}
