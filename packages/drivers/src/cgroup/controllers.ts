/** The controllers that limit containers, by the names of v2. */
export const CONTROLLERS = ['cpu', 'memory', 'pids', 'io'] as const;

/** The names of v1, where they differ. */
const V1_NAMES: Readonly<Record<string, string>> = { io: 'blkio' };

/** Pure. */
export function nameInV1(controller: string): string {
  return V1_NAMES[controller] ?? controller;
}
