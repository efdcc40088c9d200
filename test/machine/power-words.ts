import { createHash } from 'node:crypto';

/** The state that the guest finds when it starts. */
export interface Report {
  /** The result of SQLite's check: `ok`. */
  readonly integrity: string;
  readonly volumes: Readonly<
    Record<string, { readonly state: string; readonly holds: string; readonly faults: string }>
  >;
  readonly snapshots: readonly string[];
  readonly logicalVolumes: readonly string[];
}

/** The content of a volume: without repetition, and the same in each run. */
export function contentOf(volume: string): Buffer {
  const pieces = Array.from({ length: 4096 }, (_, index) =>
    createHash('sha256').update(`${volume} ${index}`).digest(),
  );
  return Buffer.concat(pieces);
}
