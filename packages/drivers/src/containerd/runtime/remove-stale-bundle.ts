import { readdir, readFile, rm, rmdir } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { run, unlessMissing } from '@capsule/host';
import { isAnswer } from '../client/rpc-error.ts';
import { endStrayShims, type ShimOwner } from './end-stray-shims.ts';

/** The time that containerd gives it. */
const DELETE_LIMIT_MS = 10_000;
const ANY_CODE = Array.from({ length: 256 }, (_, code) => code);

/**
 * Returns the path of a stale bundle that prevented the creation of a task: both the shim of an earlier task
 * and the process with which containerd cleans up after it have died. containerd looks at the bundle again
 * only when it restarts. Undefined for any other failure.
 */
export function staleBundleOf(
  error: unknown,
  { namespace, containerId }: Pick<ShimOwner, 'namespace' | 'containerId'>,
): string | undefined {
  if (!isAnswer(error)) return undefined;
  const path = /^mkdir (\/\S+): file exists$/.exec(error.rawMessage)?.[1];
  if (path === undefined || basename(path) !== containerId) return undefined;
  const isOurs = dirname(path).endsWith(`/io.containerd.runtime.v2.task/${namespace}`);
  return isOurs ? path : undefined;
}

/**
 * Cleans up as containerd does after the death of a shim: its program ends the processes that still run and
 * unmounts, then the folder is removed. Only for a container that has no task. Idempotent.
 */
export async function removeStaleBundle(bundle: string, owner: ShimOwner): Promise<void> {
  await endStrayShims(owner);
  const program = await unlessMissing(readFile(join(bundle, 'shim-binary-path'), 'utf8'));
  if (program !== undefined) {
    const { namespace, containerId, socketPath } = owner;
    const whose = ['-namespace', namespace, '-address', socketPath, '-id', containerId];
    const options = { cwd: bundle, allow: ANY_CODE, timeoutMs: DELETE_LIMIT_MS };
    await run(program, [...whose, '-bundle', bundle, 'delete'], options);
  }
  for (const entry of await readdir(bundle)) {
    // A root filesystem that is still mounted must not be emptied: rmdir fails on it.
    if (entry === 'rootfs') await rmdir(join(bundle, entry));
    else await rm(join(bundle, entry));
  }
  await rmdir(bundle);
}
