import { access } from 'node:fs/promises';

/** False also for what cannot be reached. */
export async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
