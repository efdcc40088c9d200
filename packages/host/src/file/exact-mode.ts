import { chmod, mkdir, open } from 'node:fs/promises';
import { dirname } from 'node:path';

/**
 * Writes a file in place, with exactly this mode, whatever the umask is and whatever mode it has now. A bind
 * mount of the file goes on showing it. Idempotent; a caller that is killed amid it writes it again.
 */
export async function writeFileAs(path: string, content: string, mode: number): Promise<void> {
  await using file = await open(path, 'w', mode);
  // Before there is anything to read: a narrower mode than it had must not come late.
  await file.chmod(mode);
  await file.writeFile(content);
}

/** Makes a folder, and those above it that are missing, with exactly this mode. Idempotent. */
export async function makeFolderAs(path: string, mode: number): Promise<void> {
  const first = await mkdir(path, { recursive: true, mode });
  if (first === undefined) return chmod(path, mode);
  for (let made = path; made.length >= first.length; made = dirname(made)) await chmod(made, mode);
}
