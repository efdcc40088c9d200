import type { ArchiveNeeds } from '@capsule/core';

/** What `capsule-files measure` prints: a line `name=value` for each number. Pure. */
export function parseNeeds(text: string): ArchiveNeeds {
  const number = (key: string) => Number(new RegExp(`^${key}=([0-9]+)$`, 'm').exec(text)?.[1] ?? 0);
  const volume = number('volume');
  return {
    entries: number('entries'),
    bytes: number('bytes'),
    volumeBytes: volume > 0 ? volume : undefined,
  };
}
