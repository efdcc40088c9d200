import { createHash } from 'node:crypto';

/** All that a snapshot of a machine depends on. */
export interface SnapshotFacts {
  /** The machine and its monitor, as `SnapshotVmm.describe` returns them. */
  readonly machine: string;
  /** Digests of files. */
  readonly kernel: string;
  readonly initramfs: string;
  readonly processor: string;
  /** The kernel of the capsule. */
  readonly host: string;
  /** Increases with each change of what a template does. */
  readonly generation: number;
}

const CHARACTERS = 32;

/** Returns the name of the snapshot for these facts. Pure. */
export function snapshotKey(facts: SnapshotFacts): string {
  const { machine, kernel, initramfs, processor, host, generation } = facts;
  const all = JSON.stringify([generation, machine, kernel, initramfs, processor, host]);
  return createHash('sha256').update(all).digest('hex').slice(0, CHARACTERS);
}
