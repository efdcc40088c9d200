import { requireUser } from '../../oci/user/resolve-user.ts';
import type { ResolvedUser } from '../../oci/user/resolved-user.ts';
import { readInside } from './read-inside.ts';

const FILE_LIMIT_BYTES = 1024 * 1024;

/** Resolves a user in a running container by its current account files. Fails with `RUNTIME_USER_UNKNOWN`. */
export async function resolveUserOf(
  pid: number,
  user: string,
  container: string,
): Promise<ResolvedUser> {
  const root = `/proc/${pid}/root`;
  const [passwd, group] = await Promise.all([
    readInside(root, '/etc/passwd', FILE_LIMIT_BYTES),
    readInside(root, '/etc/group', FILE_LIMIT_BYTES),
  ]);
  return requireUser(user, { passwd, group }, container);
}
