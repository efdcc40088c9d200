import { readFile } from 'node:fs/promises';
import { release } from 'node:os';
import { KeyedMutex } from '@capsule/core';
import type { Machine, SnapshotFiles, SnapshotVmm } from '../vmm/vmm.ts';
import { FileDigests } from './file-digests.ts';
import { endTemplate, makeSnapshot } from './make-snapshot.ts';
import { describeProcessor } from './processor.ts';
import type { SnapshotCache } from './snapshot-cache.ts';
import { snapshotKey } from './snapshot-key.ts';

/** Increases with each change of what a template does before its snapshot. */
const GENERATION = 1;
const MIB = 1024 ** 2;

export interface WarmStartParts {
  readonly cache: SnapshotCache;
  /** A folder below `/run` for the one template that runs at a time. */
  readonly templateFolder: string;
  /** Receives failures to make a snapshot. Each key is tried once in the life of capsuled. */
  readonly onProblem: (error: unknown) => void;
}

/** A snapshot to start a machine from. */
export interface WarmStart {
  readonly key: string;
  readonly files: SnapshotFiles;
}

/**
 * Snapshots of machines that have booted and wait for their identity. A machine without one boots, and its
 * snapshot is made afterwards in the background: from another machine, which never had anything of a workload.
 */
export class WarmStarts {
  readonly #parts: WarmStartParts;
  readonly #digests = new FileDigests();
  readonly #tried = new Set<string>();
  readonly #turn = new KeyedMutex();

  constructor(parts: WarmStartParts) {
    this.#parts = parts;
  }

  async find(vmm: SnapshotVmm, machine: Machine): Promise<WarmStart | undefined> {
    const key = await this.#keyOf(vmm, machine);
    const files = await this.#parts.cache.find(key);
    return files && { key, files };
  }

  /** Makes the snapshot for the next machine like this one, unless it exists. Never fails. */
  async prepare(vmm: SnapshotVmm, machine: Machine): Promise<void> {
    const { cache, onProblem } = this.#parts;
    try {
      const key = await this.#keyOf(vmm, machine);
      if (this.#tried.has(key) || (await cache.has(key))) return;
      this.#tried.add(key);
      const unlock = await this.#turn.acquire('template');
      try {
        await this.#make(vmm, machine, key);
      } finally {
        unlock();
      }
    } catch (error) {
      onProblem(error);
    }
  }

  /** Removes a snapshot that no machine could be resumed from. It is not made again by this capsuled. */
  async drop({ key }: WarmStart): Promise<void> {
    this.#tried.add(key);
    await this.#parts.cache.remove(key);
  }

  /** Ends the template of a capsuled that died. Its snapshot is made again with a later start. */
  async clear(): Promise<void> {
    if (this.#tried.size > 0) return;
    await endTemplate(this.#parts.templateFolder);
  }

  async #make(vmm: SnapshotVmm, like: Machine, key: string): Promise<void> {
    const { cache, templateFolder: folder } = this.#parts;
    await cache.add(key, like.settings.memoryMib * MIB, async (into) => {
      await makeSnapshot({ vmm, like, folder, into });
    });
  }

  async #keyOf(vmm: SnapshotVmm, machine: Machine): Promise<string> {
    return snapshotKey({
      machine: await vmm.describe(machine),
      kernel: await this.#digests.of(machine.elf ?? machine.kernel),
      initramfs: await this.#digests.of(machine.initramfs ?? machine.kernel),
      processor: describeProcessor(await readFile('/proc/cpuinfo', 'utf8')),
      host: release(),
      generation: GENERATION,
    });
  }
}
