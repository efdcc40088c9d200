import { chmod, mkdir, rm, rmdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { type ContainerRef, isCapsuleError } from '@capsule/core';
import { emptyFolder, namesIn, unlessMissing } from '@capsule/host';
import { orDamage, readJson, writeJson } from './json-file.ts';
import type { MadeVm } from './made-vm.ts';
import { isCurrent, isStoredVm, vmFromStored, vmToStored } from './stored-vm.ts';
import { type VmPaths, type VmRoots, vmPaths } from './vm-paths.ts';
import { isVmRun, type VmRun } from './vm-run.ts';
import type { WatchedVm } from './watched-vm.ts';

/** The log of a microVM whose record is damaged: it reads as empty. */
const NO_LOG = '/dev/null';

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

  /** Fails with `MICROVM_RECORD_DAMAGED`. */
  async made(id: string): Promise<MadeVm | undefined> {
    const read = await readJson(this.paths(id).made, isStoredVm);
    return read && vmFromStored(read);
  }

  /**
   * Returns the facts for watching, stopping and removing a microVM, also where its record is damaged: its run
   * has them, too. `ref` is for one without a run; fails with `MICROVM_RECORD_DAMAGED` without either.
   */
  async watched(id: string, ref?: ContainerRef): Promise<WatchedVm | undefined> {
    const made = await orDamage(this.made(id));
    if (!isCapsuleError(made)) return made;
    const run = await orDamage(this.run(id));
    if (!isCapsuleError(run) && run?.vm !== undefined) return run.vm;
    if (ref === undefined) throw made;
    return { id, stopSignal: '', spec: { ref, role: 'root', logPath: NO_LOG } };
  }

  async make(vm: MadeVm): Promise<void> {
    await writeJson(this.paths(vm.id).made, vmToStored(vm));
  }

  /** Rewrites a record of an earlier capsuled with all present fields. Idempotent. */
  async renew(id: string): Promise<void> {
    const read = await readJson(this.paths(id).made, isStoredVm);
    if (read !== undefined && !isCurrent(read)) await this.make(vmFromStored(read));
  }

  /** Fails with `MICROVM_RECORD_DAMAGED`. */
  run(id: string): Promise<VmRun | undefined> {
    return readJson(this.paths(id).run, isVmRun);
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
