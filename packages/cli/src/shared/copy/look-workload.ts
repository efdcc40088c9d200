import { posix } from 'node:path';
import { type CapsuleClient, FileType } from '@capsule/api/wire';
import type { ContainerTarget } from '../target/container-target.ts';
import type { Look } from './follow-links.ts';
import { lastPart, type Standing } from './plan-copy.ts';

const STANDINGS: Readonly<Record<FileType, Standing>> = {
  [FileType.UNSPECIFIED]: 'nothing',
  [FileType.REGULAR]: 'file',
  [FileType.DIRECTORY]: 'folder',
  [FileType.SYMLINK]: 'file',
  [FileType.OTHER]: 'special',
};

type WorkloadPath = ContainerTarget & { readonly path: string };

/** Describes a source in a workload, with the bytes of a file. A link is one. */
export async function lookAtWorkloadSource(
  client: CapsuleClient,
  request: WorkloadPath,
  signal: AbortSignal,
): Promise<{ readonly is: Standing; readonly bytes: number }> {
  const { type, sizeBytes } = await client.workload.statPath(request, { signal });
  return { is: STANDINGS[type] ?? 'special', bytes: Number(sizeBytes) };
}

/** Describes a target in a workload; its links lead inside of it. */
export async function lookAtWorkloadTarget(
  client: CapsuleClient,
  request: WorkloadPath,
  signal: AbortSignal,
): Promise<Look> {
  const seen = await client.workload.statPath(request, { signal });
  if (seen.type !== FileType.SYMLINK) return STANDINGS[seen.type] ?? 'special';
  const behind = STANDINGS[seen.targetType] ?? 'special';
  return behind === 'file' || behind === 'nothing' ? { link: seen.linkTarget } : behind;
}

/** `..` is taken back before it is asked for: the folder that it means has a name. Pure. */
export function plainPath(path: string): string {
  return lastPart(path) === '..' ? posix.normalize(path) : path;
}
