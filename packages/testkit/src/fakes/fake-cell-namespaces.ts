import type {
  CellNamespaceNames,
  CellNamespacePaths,
  CellNamespaces,
  CellNamespacesSeen,
} from '@capsule/core';

/** The state that outlives the object that made it: the fake's Linux. */
export type FakePins = Map<string, CellNamespacesSeen>;

/** Namespaces in memory. */
export class FakeCellNamespaces implements CellNamespaces {
  readonly pins: FakePins;

  constructor(pins: FakePins = new Map()) {
    this.pins = pins;
  }

  async pin(key: string, { hostname, shmBytes, sysctls }: CellNamespaceNames): Promise<void> {
    const first = this.pins.get(key) ?? { ...(sysctls !== undefined && { sysctls }) };
    this.pins.set(key, { ...first, key, hostname, shmBytes, complete: true });
  }

  async unpin(key: string): Promise<void> {
    this.pins.delete(key);
  }

  async inspect(key: string): Promise<CellNamespacesSeen | undefined> {
    return this.pins.get(key);
  }

  async list(): Promise<readonly CellNamespacesSeen[]> {
    return [...this.pins.values()];
  }

  paths(key: string): CellNamespacePaths {
    const at = (name: string) => `/run/fake-cells/${key}/${name}`;
    return { net: `/run/netns/${key}`, ipc: at('ipc'), uts: at('uts'), shm: at('shm') };
  }
}
