import type { ContainerPath } from '@capsule/core';

/** The words of capsule-files for what is not there while a container does not run; they follow those of its root. Pure. */
export function withoutMounts({ mountPaths = [] }: Pick<ContainerPath, 'mountPaths'>): string[] {
  return mountPaths.flatMap((path) => ['without', path]);
}
