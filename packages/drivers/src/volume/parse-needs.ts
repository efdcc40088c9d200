import type { ArchiveNeeds } from '@capsule/core';

/** Parses the output of `capsule-files measure`: a line `name=value` for each number. Pure. */
export function parseNeeds(text: string): ArchiveNeeds {
  const number = (key: string) => Number(new RegExp(`^${key}=([0-9]+)$`, 'm').exec(text)?.[1] ?? 0);
  const volume = number('volume');
  return {
    entries: number('entries'),
    bytes: number('bytes'),
    volumeBytes: volume > 0 ? volume : undefined,
  };
}
