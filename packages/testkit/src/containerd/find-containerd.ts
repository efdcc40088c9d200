import { PrivateContainerd } from './private-containerd.ts';

/** Where a test finds containerd, or why it cannot run. */
export type ContainerdSource = { readonly binaries: string } | { readonly skip: string };

/**
 * `CAPSULE_CONTAINERD_BIN` names a directory with containerd 2.1, its shim and runc. Tests start one of
 * their own from it, as root.
 */
export function findContainerd(): ContainerdSource {
  const binaries = process.env['CAPSULE_CONTAINERD_BIN'];
  if (process.getuid?.() !== 0) return { skip: 'needs root' };
  if (binaries === undefined || binaries === '') {
    return { skip: 'CAPSULE_CONTAINERD_BIN names no directory with containerd and runc' };
  }
  return { binaries };
}

/** Starts it for the length of a test file; undefined when there is none. */
export async function openContainerd(): Promise<PrivateContainerd | undefined> {
  const source = findContainerd();
  return 'skip' in source ? undefined : PrivateContainerd.start(source.binaries);
}
