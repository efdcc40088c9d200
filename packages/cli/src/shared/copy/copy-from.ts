import type { CapsuleClient } from '@capsule/api/wire';
import type { Context } from '../../program/context/context.ts';
import { unpackTree } from '../archive/unpack-tree.ts';
import type { ContainerTarget } from '../target/container-target.ts';
import type { CopyProgress } from './copy-progress.ts';
import type { CopyWarnings } from './copy-warnings.ts';
import { copyError } from './errors.ts';
import { followLinks } from './follow-links.ts';
import { lookAtTarget } from './look-local.ts';
import { lookAtWorkloadSource, plainPath } from './look-workload.ts';
import { missingSource } from './missing-source.ts';
import type { Place } from './place.ts';
import { parentOf, planCopy } from './plan-copy.ts';
import { receiveArchive } from './receive-archive.ts';

export interface CopyFrom {
  readonly client: CapsuleClient;
  readonly source: Extract<Place, { kind: 'workload' }>;
  /** The container that `source` names. */
  readonly container: ContainerTarget;
  readonly target: Exclude<Place, { kind: 'workload' }>;
  readonly keepAll: boolean;
  readonly progress: CopyProgress;
  readonly warnings: CopyWarnings;
}

/** From a workload to this machine. */
export async function copyFrom(copy: CopyFrom, { out, signal }: Context): Promise<void> {
  const { client, source, target, container, keepAll, progress, warnings } = copy;
  const { name } = source;
  const path = plainPath(source.path);
  const leave = new AbortController();
  const ending = AbortSignal.any([signal, leave.signal]);
  const origin = { ...container, srcPath: path };
  const open = () => receiveArchive(client, origin, warnings.add, ending);
  try {
    if (target.kind === 'stream') {
      // A piece is good for a while only, and the output may keep it for longer.
      for await (const piece of progress.count(open())) await out.write(Buffer.from(piece));
      return;
    }
    const [{ is: sourceIs, bytes }, { path: to, is: targetIs }] = await Promise.all([
      lookAtWorkloadSource(client, { ...container, path }, signal),
      followLinks(target.path, lookAtTarget),
    ]);
    if (sourceIs === 'nothing') {
      const look = async (at: string) =>
        (await lookAtWorkloadSource(client, { ...container, path: at }, signal)).is;
      throw await missingSource(path, `${name}:${path}`, look);
    }
    if (sourceIs === 'special' && !keepAll) {
      throw copyError.SOURCE_SPECIAL({ path: `${name}:${path}` });
    }
    const plan = planCopy({ source: path, sourceIs, target: to, targetIs });
    if (targetIs === 'nothing') await requireFolder(parentOf(to));
    progress.totalBytes = sourceIs === 'file' ? bytes : 0;
    const rules = { keepAll, warn: warnings.add, count: progress.add };
    await unpackTree(progress.show(open()), { ...plan, ...rules });
  } finally {
    leave.abort();
  }
}

async function requireFolder(path: string): Promise<void> {
  const { is } = await followLinks(path, lookAtTarget);
  if (is !== 'folder') throw copyError.TARGET_MISSING({ path });
}
