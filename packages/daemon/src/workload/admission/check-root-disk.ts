import { type BigIntStats, realpathSync, statSync } from 'node:fs';
import { isPrebuilt, type WorkloadRecord, type WorkloadSpec } from '@capsule/core';
import { workloadError } from '../errors.ts';

export interface RootDiskClaims {
  readonly others: readonly WorkloadRecord[];
  /** The workload has ended for good and uses nothing any more. */
  readonly isOver: (record: WorkloadRecord) => boolean;
  /** The spec to which the workload returns if its update fails. */
  readonly fallbackOf: (record: WorkloadRecord) => WorkloadSpec | undefined;
  /** Folders whose files the capsule itself assigns to workloads. */
  readonly ownFolders: readonly string[];
}

/**
 * Refuses a prebuilt root file system that another workload uses or is about to use, by any name,
 * and one of the capsule itself. A file that is missing or unreachable is compared by its path; the
 * start of the workload locks the file in any case. Fails with `WORKLOAD_ROOTFS_TAKEN` and
 * `WORKLOAD_ROOTFS_OWN`.
 */
export function checkRootDisk(
  { name, microVm }: WorkloadSpec,
  { others, isOver, fallbackOf, ownFolders }: RootDiskClaims,
): void {
  if (!isPrebuilt(microVm)) return;
  const path = microVm?.rootfsPath ?? '';
  const resolved = resolve(path);
  if (ownFolders.some((folder) => resolved.startsWith(`${resolve(folder)}/`))) {
    throw workloadError.ROOTFS_OWN({ name, path });
  }
  const identity = identityOf(path);
  const claimant = others.find(
    (other) =>
      other.spec.name !== name &&
      other.desired === 'running' &&
      [other.spec, fallbackOf(other)].some((spec) => identityOfDisk(spec) === identity) &&
      !isOver(other),
  );
  if (claimant !== undefined) {
    throw workloadError.ROOTFS_TAKEN({ name, path, holder: claimant.spec.name });
  }
}

function identityOfDisk(spec: WorkloadSpec | undefined): string | undefined {
  return isPrebuilt(spec?.microVm) ? identityOf(spec?.microVm?.rootfsPath ?? '') : undefined;
}

function identityOf(path: string): string {
  const meta = unlessOutOfReach(() => statSync(path, { bigint: true }));
  return meta === undefined ? path : diskIdentity(meta);
}

/** Two names of one file are the same disk, and so are two nodes of one block device. Pure. */
export function diskIdentity(
  meta: Pick<BigIntStats, 'dev' | 'ino' | 'rdev' | 'isBlockDevice'>,
): string {
  return meta.isBlockDevice() ? `block ${meta.rdev}` : `${meta.dev}:${meta.ino}`;
}

function resolve(path: string): string {
  return unlessOutOfReach(() => realpathSync(path)) ?? path;
}

/**
 * Returns undefined for a path that leads to no file now: it is missing, a loop of links, too long,
 * or on a broken disk. It may be the path of another workload, so it is no fault of this one.
 */
function unlessOutOfReach<T>(look: () => T): T | undefined {
  try {
    return look();
  } catch (failure) {
    if ((failure as NodeJS.ErrnoException).syscall === undefined) throw failure;
    return undefined;
  }
}
