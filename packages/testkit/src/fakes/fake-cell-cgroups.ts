import { type CellCgroups, type Place, parentsOf, placeFromKey, placeKey } from '@capsule/core';

/** Cgroups in memory. */
export class FakeCellCgroups implements CellCgroups {
  readonly #keys = new Set<string>();

  async ensure(place: Place): Promise<void> {
    for (const one of [...parentsOf(place), place]) this.#keys.add(placeKey(one));
  }

  async remove(place: Place): Promise<void> {
    const key = placeKey(place);
    const isUsed = [...this.#keys].some((other) => other.startsWith(`${key}_`));
    if (!isUsed) this.#keys.delete(key);
  }

  /** The runtime makes them, and the fake one makes none. */
  async listContainers(): Promise<readonly string[]> {
    return [];
  }

  async list(): Promise<readonly Place[]> {
    return [...this.#keys].toSorted().map(placeFromKey);
  }
}
