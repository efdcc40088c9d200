import type { ContainerRef } from '../resource/cell/container-ref.ts';

/** The volumes that are lent to guests, which have their filesystems mounted. */
export interface GuestVolumes {
  /**
   * Does `work` while nothing is written to a volume, and all that was written before is on its device. A guest
   * that does not run writes nothing. Fails with `MICROVM_AGENT_SILENT` where that cannot be had; `work` may be done then.
   */
  whileStill<T>(guest: ContainerRef, volume: string, work: () => Promise<T>): Promise<T>;
  /** Gives what deleted files took back to the pool, of every volume that is lent. */
  trim(): Promise<void>;
}
