import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Returns the digest of any JSON value, stable against the order of object keys. 24 hex digits. */
export function digestOf(value: unknown): string {
  return createHash('sha256').update(canonical(value)).digest('hex').slice(0, 24);
}

/**
 * Returns the digest of the files under `roots` (paths relative to `base`; a file or a directory each): names
 * and contents, not times or owners. A root that does not exist counts as absent, not as an error.
 */
export async function digestOfFiles(
  base: string,
  roots: readonly string[],
  accept: (path: string) => boolean = () => true,
): Promise<string> {
  const names = (await Promise.all(roots.map((root) => filesUnder(base, root)))).flat();
  const hash = createHash('sha256');
  for (const name of [...new Set(names)].filter(accept).sort()) {
    const content = await readFile(join(base, name));
    hash.update(`${name}\0${content.length}\0`).update(content);
  }
  return hash.digest('hex').slice(0, 24);
}

async function filesUnder(base: string, root: string): Promise<string[]> {
  try {
    const entries = await readdir(join(base, root), { recursive: true, withFileTypes: true });
    return entries
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name).slice(join(base, '/').length));
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code;
    if (code === 'ENOTDIR') return [root];
    if (code === 'ENOENT') return [];
    throw cause;
  }
}

function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) =>
    inner !== null && typeof inner === 'object' && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
}
