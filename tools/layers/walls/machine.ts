import type { Folders } from '../folders.ts';

/** The computer that a capsule runs on. */
export const MACHINE: Folders = {
  boot: { uses: [] },
  console: { uses: [] },
  power: { uses: [] },
  storage: { uses: ['boot'] },
};
