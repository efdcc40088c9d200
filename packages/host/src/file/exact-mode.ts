import { chmod, mkdir, open } from 'node:fs/promises';
import { dirname } from 'node:path';

/**
 * Writes a file in place, with exactly this mode, whatever the umask and its present mode are. A bind mount of the
 * file keeps showing it. Idempotent; a caller that is killed during the write must write it again.
 */
export async function writeFileAs(path: string, content: string, mode: number): Promise<void> {
  await using file = await open(path, 'w', mode);
  // Before the content is written: a narrower mode must not come after it.
  await file.chmod(mode);
  await file.writeFile(content);
}

/** Creates a folder, and missing folders above it, with exactly this mode. Idempotent. */
export async function makeFolderAs(path: string, mode: number): Promise<void> {
  const first = await mkdir(path, { recursive: true, mode });
  if (first === undefined) return chmod(path, mode);
  for (let made = path; made.length >= first.length; made = dirname(made)) await chmod(made, mode);
}
