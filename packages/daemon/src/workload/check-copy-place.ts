import { posix } from 'node:path';
import { type ContainerSeen, isAlive, isPathBelow, type WorkloadSpec } from '@capsule/core';
import { workloadError } from './errors.ts';

/** `reads` covers everything below the path, too. */
export type CopyUse = 'reads' | 'writes';

/**
 * Refuses a path inside a mount of a workload that does not run: the copy would reach the image's
 * folder below the mount instead. Fails with `WORKLOAD_COPY_NEEDS_RUN`.
 */
export function checkCopyPlace(
  spec: Pick<WorkloadSpec, 'name' | 'mounts' | 'hostBindPaths' | 'tmpfs'>,
  { path, use }: { readonly path: string; readonly use: CopyUse },
  seen: Pick<ContainerSeen, 'task'> | undefined,
): void {
  if (seen !== undefined && isAlive(seen.task)) return;
  const place = plain(path);
  for (const target of mountPathsOf(spec).map(plain)) {
    const isInside = isPathBelow(place, target);
    const isAround = use === 'reads' && isPathBelow(target, place);
    if (isInside || isAround) {
      throw workloadError.COPY_NEEDS_RUN({ name: spec.name, path, target });
    }
  }
}

/** Returns the paths at which a running workload mounts something. */
export function mountPathsOf({
  mounts,
  hostBindPaths,
  tmpfs,
}: Pick<WorkloadSpec, 'mounts' | 'hostBindPaths' | 'tmpfs'>): readonly string[] {
  return [
    ...mounts.map(({ mountPath }) => mountPath),
    ...hostBindPaths.map(({ target }) => target),
    ...tmpfs.map(({ mountPath }) => mountPath),
  ];
}

function plain(path: string): string {
  return posix.normalize(`/${path}`).replace(/(?<=.)\/+$/, '');
}
