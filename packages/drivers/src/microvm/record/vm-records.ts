import { chmod, mkdir, rm, rmdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { emptyFolder, namesIn, unlessMissing } from '@capsule/host';
import { readJson, writeJson } from './json-file.ts';
import type { MadeVm } from './made-vm.ts';
import { isCurrent, type StoredVm, vmFromStored, vmToStored } from './stored-vm.ts';
import { type VmPaths, type VmRoots, vmPaths } from './vm-paths.ts';
import type { VmRun } from './vm-run.ts';

/** The records of all microVMs. Every write is whole or absent. */
export class VmRecords {
  readonly #roots: VmRoots;

  constructor(roots: VmRoots) {
    this.#roots = roots;
  }

  paths(id: string): VmPaths {
    return vmPaths(this.#roots, id);
  }

  /** Includes microVMs whose creation or removal was interrupted. */
  ids(): Promise<readonly string[]> {
    return namesIn(this.#roots.state);
  }

  async made(id: string): Promise<MadeVm | undefined> {
    const read = await readJson<StoredVm>(this.paths(id).made);
    return read && vmFromStored(read);
  }

  async make(vm: MadeVm): Promise<void> {
    await writeJson(this.paths(vm.id).made, vmToStored(vm));
  }

  /** Rewrites a record of an earlier capsuled with all present fields. Idempotent. */
  async renew(id: string): Promise<void> {
    const read = await readJson<StoredVm>(this.paths(id).made);
    if (read !== undefined && !isCurrent(read)) await this.make(vmFromStored(read));
  }

  run(id: string): Promise<VmRun | undefined> {
    return readJson(this.paths(id).run);
  }

  async putRun(run: VmRun): Promise<void> {
    const { runFolder } = this.paths(run.id);
    await mkdir(runFolder, { recursive: true });
    // The machine's own user must reach its sockets, whatever capsuled's umask is.
    for (const folder of [dirname(runFolder), runFolder]) await chmod(folder, 0o711);
    await writeJson(this.paths(run.id).run, run);
  }

  async dropRun(id: string): Promise<void> {
    await removeFolder(this.paths(id).runFolder);
  }

  /** The record goes last, so a microVM of which anything is left is still listed. */
  async remove(id: string): Promise<void> {
    const { folder, disk, made } = this.paths(id);
    await this.dropRun(id);
    await rm(disk, { force: true });
    await rm(made, { force: true });
    await removeFolder(folder);
  }
}

async function removeFolder(path: string): Promise<void> {
  await unlessMissing(emptyFolder(path));
  await unlessMissing(rmdir(path));
}
