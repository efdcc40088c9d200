import { chmod, mkdir, readdir, rm, rmdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { ContainerSpec } from '@capsule/core';
import { emptyFolder } from '@capsule/host';
import type { OciSpec } from '../../containerd/oci/types.ts';
import type { ProcessMark } from '../process/process-mark.ts';
import { readJson, writeJson } from './json-file.ts';
import { type StoredVm, vmFromStored } from './stored-vm.ts';
import { type VmPaths, type VmRoots, vmPaths } from './vm-paths.ts';

/** What a microVM is made with; written when everything that it names is there. */
export interface MadeVm {
  readonly id: string;
  readonly spec: ContainerSpec;
  readonly imageDigest: string;
  /** The image's own; empty where it names none. */
  readonly stopSignal: string;
  /** Absent: it is made of a kernel and a disk. */
  readonly oci?: OciSpec;
  readonly imageDisk?: string;
}

/** What a start wrote down before it began, and what came of it. */
export interface VmRun {
  readonly id: string;
  readonly vmm: 'qemu' | 'firecracker';
  /** Hexadecimal; the guest was given it at boot. */
  readonly token: string;
  readonly hasAgent: boolean;
  /** In the order in which they are ended. */
  readonly processes: readonly (ProcessMark & { readonly role: string })[];
  /** By which they joined the machine's cgroups, all of whose members are this run's; older records have none. */
  readonly cgroupFiles?: readonly string[];
  /** The payload was handed over: from now on the guest knows how it is. */
  readonly isStarted: boolean;
  readonly isPaused?: boolean;
  readonly ended?: VmEnd;
}

export interface VmEnd {
  readonly exitCode: number;
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly fault?: string;
  readonly oomKilled?: boolean;
}

/** The records of all microVMs. Every write is whole or not there. */
export class VmRecords {
  readonly #roots: VmRoots;

  constructor(roots: VmRoots) {
    this.#roots = roots;
  }

  paths(id: string): VmPaths {
    return vmPaths(this.#roots, id);
  }

  /** Also of those whose making or removal was cut short. */
  async ids(): Promise<readonly string[]> {
    return readdir(this.#roots.state).catch((failure: NodeJS.ErrnoException) => {
      if (failure.code === 'ENOENT') return [];
      throw failure;
    });
  }

  async made(id: string): Promise<MadeVm | undefined> {
    const read = await readJson<StoredVm>(this.paths(id).made);
    return read && vmFromStored(read);
  }

  async make(vm: MadeVm): Promise<void> {
    await writeJson(this.paths(vm.id).made, vm);
  }

  run(id: string): Promise<VmRun | undefined> {
    return readJson(this.paths(id).run);
  }

  async putRun(run: VmRun): Promise<void> {
    const { runFolder } = this.paths(run.id);
    await mkdir(runFolder, { recursive: true });
    // The machine's own user must come through to its sockets, whatever our umask is.
    for (const folder of [dirname(runFolder), runFolder]) await chmod(folder, 0o711);
    await writeJson(this.paths(run.id).run, run);
  }

  async dropRun(id: string): Promise<void> {
    await removeFolder(this.paths(id).runFolder);
  }

  /** The record goes last: as long as anything is left, it is listed. */
  async remove(id: string): Promise<void> {
    const { folder, disk, made } = this.paths(id);
    await this.dropRun(id);
    await rm(disk, { force: true });
    await rm(made, { force: true });
    await removeFolder(folder);
  }
}

async function removeFolder(path: string): Promise<void> {
  try {
    await emptyFolder(path);
    await rmdir(path);
  } catch (failure) {
    if ((failure as NodeJS.ErrnoException).code !== 'ENOENT') throw failure;
  }
}
