import { type CapsuleClient, FileType } from '@capsule/api';
import type { Standing } from './plan-copy.ts';

const STANDINGS: Readonly<Record<FileType, Standing>> = {
  [FileType.UNSPECIFIED]: 'nothing',
  [FileType.REGULAR]: 'file',
  [FileType.DIRECTORY]: 'folder',
  [FileType.SYMLINK]: 'file',
  [FileType.OTHER]: 'file',
};

/** What stands at a path of a workload, links followed inside of it. */
export async function lookWorkload(
  client: CapsuleClient,
  at: { readonly name: string; readonly path: string },
  signal: AbortSignal,
): Promise<Standing> {
  const { name, path } = at;
  const { type, targetType } = await client.workload.statPath({ name, path }, { signal });
  const isBehind = type === FileType.SYMLINK && targetType !== FileType.UNSPECIFIED;
  return STANDINGS[isBehind ? targetType : type] ?? 'file';
}
