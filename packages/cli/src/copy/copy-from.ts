import type { CapsuleClient } from '@capsule/api';
import { unpackTree } from '../archive/unpack-tree.ts';
import type { Context } from '../context/context.ts';
import type { CopyProgress } from './copy-progress.ts';
import { copyError } from './errors.ts';
import { lookLocal } from './look-local.ts';
import { lookWorkload } from './look-workload.ts';
import type { Place } from './place.ts';
import { parentOf, planCopy } from './plan-copy.ts';

export interface CopyFrom {
  readonly client: CapsuleClient;
  readonly source: Extract<Place, { kind: 'workload' }>;
  readonly target: Exclude<Place, { kind: 'workload' }>;
  readonly keepOwner: boolean;
  readonly progress: CopyProgress;
}

/** From a workload to this machine. */
export async function copyFrom(
  { client, source, target, keepOwner, progress }: CopyFrom,
  { out, signal }: Context,
): Promise<void> {
  const { name, path } = source;
  const leave = new AbortController();
  const ending = AbortSignal.any([signal, leave.signal]);
  const open = () => progress.count(archiveOf(client, { name, srcPath: path }, ending));
  try {
    if (target.kind === 'stream') {
      for await (const chunk of open()) await out.write(chunk);
      return;
    }
    const [sourceIs, targetIs] = await Promise.all([
      lookWorkload(client, source, signal),
      lookLocal(target.path),
    ]);
    if (sourceIs === 'nothing') throw copyError.SOURCE_MISSING({ path: `${name}:${path}` });
    const plan = planCopy({ source: path, sourceIs, target: target.path, targetIs });
    if (targetIs === 'nothing' && (await lookLocal(parentOf(target.path))) !== 'folder') {
      throw copyError.TARGET_MISSING({ path: parentOf(target.path) });
    }
    await unpackTree(open(), { ...plan, keepOwner });
  } finally {
    leave.abort();
  }
}

async function* archiveOf(
  client: CapsuleClient,
  request: { readonly name: string; readonly srcPath: string },
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  for await (const { data } of client.workload.copyFrom(request, { signal })) yield data;
}
