import type { ContainerPath } from '@capsule/core';

/** Where a command of capsule-files unpacks an archive; undefined for one that unpacks none. Pure. */
export function unpackFolder(
  words: readonly string[],
  { path }: Pick<ContainerPath, 'path'>,
): string | undefined {
  return words[0] === 'unpack' ? path : undefined;
}
