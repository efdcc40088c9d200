import type { ContainerPath } from '@capsule/core';

/**
 * Returns the folder that a command of capsule-files unpacks to; undefined for a command that unpacks
 * nothing. Pure.
 */
export function unpackFolder(
  words: readonly string[],
  { path }: Pick<ContainerPath, 'path'>,
): string | undefined {
  return words[0] === 'unpack' ? path : undefined;
}
