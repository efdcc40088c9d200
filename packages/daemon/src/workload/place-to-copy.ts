import type { ContainerPath, ContainerRuntime, WorkloadRecord } from '@capsule/core';
import { type CopyUse, checkCopyPlace, mountPathsOf } from './check-copy-place.ts';
import { workloadError } from './errors.ts';

const PATH_MOST = 4096;

/** Returns the place of a copy. Fails with `WORKLOAD_COPY_INVALID`, and as `checkCopyPlace`. */
export async function placeToCopy(
  { ref, spec }: WorkloadRecord,
  { path, use }: { readonly path: string; readonly use: CopyUse },
  runtime: Pick<ContainerRuntime, 'inspect'>,
): Promise<ContainerPath> {
  const isUsable = path.startsWith('/') && path.length < PATH_MOST && !path.includes('\0');
  if (!isUsable) {
    const problem = `${JSON.stringify(path.slice(0, 80))} is not an absolute path`;
    throw workloadError.COPY_INVALID({ problem });
  }
  checkCopyPlace(spec, { path, use }, await runtime.inspect(ref));
  // The file operations themselves check links, and paths from an archive.
  return { ref, path, mountPaths: mountPathsOf(spec) };
}
