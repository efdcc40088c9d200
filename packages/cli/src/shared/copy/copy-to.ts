import type { CapsuleClient } from '@capsule/api/wire';
import type { Context } from '../../program/context/context.ts';
import { packTree } from '../archive/pack-tree.ts';
import type { ContainerTarget } from '../target/container-target.ts';
import type { CopyProgress } from './copy-progress.ts';
import type { CopyWarnings } from './copy-warnings.ts';
import { copyError } from './errors.ts';
import { followLinks, type Target } from './follow-links.ts';
import { lookAtSource, nameSource } from './look-local.ts';
import { lookAtWorkloadTarget } from './look-workload.ts';
import { missingSource } from './missing-source.ts';
import type { Place } from './place.ts';
import { planCopy } from './plan-copy.ts';
import { sendArchive } from './send-archive.ts';
import { sizeOfTree } from './size-of-tree.ts';

export interface CopyTo {
  readonly client: CapsuleClient;
  readonly source: Exclude<Place, { kind: 'workload' }>;
  readonly target: Extract<Place, { kind: 'workload' }>;
  /** The container that `target` names. */
  readonly container: ContainerTarget;
  readonly keepAll: boolean;
  readonly progress: CopyProgress;
  readonly warnings: CopyWarnings;
}

/** From this machine into a workload. */
export async function copyTo(copy: CopyTo, { stdin, signal }: Context): Promise<void> {
  const { client, source, target, container, keepAll, progress, warnings } = copy;
  const { name } = target;
  const look = (path: string) => lookAtWorkloadTarget(client, { ...container, path }, signal);
  const to = await followLinks(target.path, look);
  const { folder, archive } =
    source.kind === 'local'
      ? await packLocal(copy, source.path, to)
      : { folder: to.path, archive: progress.count(stdin) };
  if (source.kind !== 'local' && to.is !== 'folder') {
    throw copyError.NOT_A_FOLDER({ path: `${name}:${target.path}` });
  }
  if (to.is === 'nothing' && (await followLinks(folder, look)).is !== 'folder') {
    throw copyError.TARGET_MISSING({ path: `${name}:${folder}` });
  }
  const destination = { ...container, destPath: folder, keepOwner: keepAll };
  const found = await sendArchive(client, destination, progress.show(archive), signal);
  found.forEach(warnings.add);
}

async function packLocal({ keepAll, warnings, progress }: CopyTo, path: string, to: Target) {
  const sourceIs = await lookAtSource(path);
  if (sourceIs === 'nothing') throw await missingSource(path, path, lookAtSource);
  if (sourceIs === 'special' && !keepAll) throw copyError.SOURCE_SPECIAL({ path });
  const source = await nameSource(path);
  const plan = planCopy({ source, sourceIs, target: to.path, targetIs: to.is });
  const start = path.replace(/(\/\.)?\/*$/, '') || (path.startsWith('/') ? '/' : '.');
  const rules = {
    keepsSpecials: keepAll,
    keepsHoles: true,
    warn: warnings.add,
    lose: warnings.lose,
    count: progress.add,
  };
  if (progress.isShown) progress.totalBytes = sizeOfTree(start);
  // A slash behind a link means the folder that it leads to.
  const isFollowed = start !== path && sourceIs === 'folder';
  const archive = packTree(isFollowed ? `${start}/.` : start, plan.rename || '.', rules);
  return { folder: plan.folder, archive };
}
