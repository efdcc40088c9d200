import { run } from '../process/run.ts';

/** Terabytes on a slow disk. */
const SLOW_MS = 12 * 3600_000;

/** The capacity of a block device. */
export async function deviceBytes(device: string): Promise<number> {
  const { stdout } = await run('blockdev', ['--getsize64', device]);
  return Number(stdout);
}

/** Writes an image on a device that reads as zeros: zeros of the image take no space. Synced. */
export async function copyImage(
  image: string,
  device: string,
  signal?: AbortSignal,
): Promise<void> {
  const args = [`if=${image}`, `of=${device}`, 'bs=1M', 'conv=sparse,fsync', 'status=none'];
  await run('dd', args, { timeoutMs: SLOW_MS, ...(signal === undefined ? {} : { signal }) });
}
