import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import {
  type CellCgroups,
  CGROUP_ROOT,
  isName,
  levelOf,
  type Place,
  placeCgroup,
  placeFromKey,
  placeKey,
  placeOf,
} from '@capsule/core';
import { unlessMissing } from '@capsule/host';
import { delegateControllers } from './delegate-controllers.ts';
import { listHierarchies } from './hierarchies.ts';
import { isUnified } from './is-unified.ts';
import { removeCgroups } from './remove-cgroups.ts';
import { removeIfEmpty } from './remove-if-empty.ts';

const CELL_DEPTH = 4;
/** The name of a container, and its role: see `containerCgroup`. */
const CONTAINER = /^[a-z0-9-]+_[a-z0-9-]+$/;

/** The kernel's cgroups of places: of v2, or of each controller of v1. */
export class KernelCgroups implements CellCgroups {
  readonly #root: string;

  constructor(root = '/sys/fs/cgroup') {
    this.#root = root;
  }

  async ensure(place: Place): Promise<void> {
    const path = placeCgroup(place);
    if (await isUnified(this.#root)) return delegateControllers(this.#root, path);
    const hierarchies = await listHierarchies(this.#root);
    await Promise.all(hierarchies.map((folder) => mkdir(join(folder, path), { recursive: true })));
  }

  async remove(place: Place): Promise<void> {
    // The containers of a cell are gone, and their cgroups may be left of a runtime that was killed.
    const remove = levelOf(place) === 'cell' ? removeCgroups : removeIfEmpty;
    await remove(this.#root, placeCgroup(place));
    if (levelOf(place) === 'realm') await removeIfEmpty(this.#root, CGROUP_ROOT);
  }

  async list(): Promise<readonly Place[]> {
    const keys = new Set<string>();
    for (const hierarchy of await listHierarchies(this.#root)) {
      await this.#collect(join(hierarchy, CGROUP_ROOT), [], keys);
    }
    return [...keys].toSorted().map(placeFromKey);
  }

  async listContainers(): Promise<readonly string[]> {
    const cells = (await this.list()).filter((place) => levelOf(place) === 'cell');
    const found = new Set<string>();
    for (const hierarchy of await listHierarchies(this.#root)) {
      for (const path of cells.map(placeCgroup)) {
        const names = await foldersIn(join(hierarchy, path));
        for (const name of names) if (CONTAINER.test(name)) found.add(`${path}/${name}`);
      }
    }
    return [...found].toSorted();
  }

  /** Folders of another name than places have are of other programs, and stay. */
  async #collect(folder: string, parts: readonly string[], keys: Set<string>): Promise<void> {
    if (parts.length === CELL_DEPTH) return;
    for (const name of (await foldersIn(folder)).filter(isName)) {
      const place = [...parts, name];
      keys.add(placeKey(placeOf(place)));
      await this.#collect(join(folder, name), place, keys);
    }
  }
}

async function foldersIn(folder: string): Promise<readonly string[]> {
  const entries = (await unlessMissing(readdir(folder, { withFileTypes: true }))) ?? [];
  return entries.filter((each) => each.isDirectory()).map(({ name }) => name);
}
