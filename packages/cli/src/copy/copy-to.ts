import type { CapsuleClient } from '@capsule/api';
import { packTree } from '../archive/pack-tree.ts';
import type { Context } from '../context/context.ts';
import type { CopyProgress } from './copy-progress.ts';
import { copyError } from './errors.ts';
import { lookLocal } from './look-local.ts';
import { lookWorkload } from './look-workload.ts';
import type { Place } from './place.ts';
import { parentOf, planCopy } from './plan-copy.ts';

/** One message carries this much: few messages, and little memory. */
const CHUNK_BYTES = 256 * 1024;

export interface CopyTo {
  readonly client: CapsuleClient;
  readonly source: Exclude<Place, { kind: 'workload' }>;
  readonly target: Extract<Place, { kind: 'workload' }>;
  readonly keepOwner: boolean;
  readonly progress: CopyProgress;
}

/** From this machine into a workload. */
export async function copyTo(
  { client, source, target, keepOwner, progress }: CopyTo,
  { stdin, signal }: Context,
): Promise<void> {
  const { name, path } = target;
  const targetIs = await lookWorkload(client, target, signal);
  let folder = path;
  let archive: AsyncIterable<Uint8Array> = stdin;
  if (source.kind === 'local') {
    const sourceIs = await lookLocal(source.path);
    if (sourceIs === 'nothing') throw copyError.SOURCE_MISSING({ path: source.path });
    const plan = planCopy({ source: source.path, sourceIs, target: path, targetIs });
    folder = plan.folder;
    if (targetIs === 'nothing') await requireFolder(client, name, parentOf(path), signal);
    archive = packTree(source.path.replace(/\/\.$/, '') || '/', plan.rename || '.');
  } else if (targetIs !== 'folder') {
    throw copyError.NOT_A_FOLDER({ path: `${name}:${path}` });
  }
  const metadata = { name, destPath: folder, keepOwner };
  await client.workload.copyTo(messages(metadata, progress.count(join(archive))), { signal });
}

async function requireFolder(
  client: CapsuleClient,
  name: string,
  path: string,
  signal: AbortSignal,
): Promise<void> {
  if ((await lookWorkload(client, { name, path }, signal)) === 'folder') return;
  throw copyError.TARGET_MISSING({ path: `${name}:${path}` });
}

async function* messages(
  metadata: { readonly name: string; readonly destPath: string; readonly keepOwner: boolean },
  archive: AsyncIterable<Uint8Array>,
) {
  yield { payload: { case: 'metadata' as const, value: metadata } };
  for await (const value of archive) yield { payload: { case: 'chunk' as const, value } };
}

/** Small pieces together, large ones apart. */
async function* join(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  let waiting: Uint8Array[] = [];
  let bytes = 0;
  for await (const piece of pieces) {
    waiting.push(piece);
    bytes += piece.length;
    if (bytes < CHUNK_BYTES) continue;
    yield together(waiting);
    waiting = [];
    bytes = 0;
  }
  if (bytes > 0) yield together(waiting);
}

/** What is one piece already is not copied. */
function together(pieces: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const [first] = pieces;
  const whole = pieces.length === 1 && first !== undefined ? first : Buffer.concat(pieces);
  return whole as Uint8Array<ArrayBuffer>;
}
