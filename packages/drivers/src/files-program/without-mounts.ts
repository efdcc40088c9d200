import type { ContainerPath } from '@capsule/core';

/**
 * Returns the arguments that name to capsule-files the mounts that are absent while a container does not run.
 * They follow the arguments for its root. Pure.
 */
export function withoutMounts({ mountPaths = [] }: Pick<ContainerPath, 'mountPaths'>): string[] {
  return mountPaths.flatMap((path) => ['without', path]);
}
