import { programError } from '../errors.ts';
import { type PasswdEntry, parseGroup, parsePasswd } from './account-files.ts';
import { type ImageUser, parseId, parseImageUser } from './image-user.ts';
import type { ResolvedUser } from './resolved-user.ts';

/** The texts of an image's account files; empty where it has none. */
export interface AccountFiles {
  readonly passwd: string;
  readonly group: string;
}

/**
 * Resolves the image's `USER`. A number needs no entry; a name without one gives undefined. An explicit group
 * replaces the user's own group and its supplementary ones, as in Docker.
 */
export function resolveUser(text: string, files: AccountFiles): ResolvedUser | undefined {
  const wanted = parseImageUser(text);
  const account = findAccount(wanted, files);
  const uid = account?.uid ?? parseId(wanted.user);
  if (uid === undefined) return undefined;
  const home = account?.home === undefined || account.home === '' ? '/' : account.home;
  if (wanted.group !== undefined) {
    const gid = findGroup(wanted.group, files.group);
    return gid === undefined ? undefined : { uid, gid, additionalGids: [gid], home };
  }
  const gid = account?.gid ?? 0;
  return { uid, gid, additionalGids: [gid, ...memberships(account, gid, files)], home };
}

/**
 * As `resolveUser`; fails with `RUNTIME_USER_UNKNOWN`. `place` is named in the error: the image or container
 * of the account files.
 */
export function requireUser(text: string, files: AccountFiles, place: string): ResolvedUser {
  const found = resolveUser(text, files);
  if (found === undefined) throw programError.USER_UNKNOWN({ user: text, place });
  return found;
}

/**
 * The user with further groups, each a name of the group file or a number. Fails with `RUNTIME_GROUP_UNKNOWN`; `place`
 * as in `requireUser`.
 */
export function addGroups(
  user: ResolvedUser,
  groups: readonly string[],
  { group: text }: Pick<AccountFiles, 'group'>,
  place: string,
): ResolvedUser {
  const more = groups.map((group) => {
    const gid = findGroup(group, text);
    if (gid === undefined) throw programError.GROUP_UNKNOWN({ group, place });
    return gid;
  });
  return { ...user, additionalGids: [...new Set([...user.additionalGids, ...more])] };
}

/** A name takes precedence over a number, for accounts whose name is a number. */
function findAccount(wanted: ImageUser, files: AccountFiles): PasswdEntry | undefined {
  const accounts = parsePasswd(files.passwd);
  const uid = parseId(wanted.user);
  return (
    accounts.find((account) => account.name === wanted.user) ??
    accounts.find((account) => account.uid === uid)
  );
}

function findGroup(text: string, file: string): number | undefined {
  return parseGroup(file).find((group) => group.name === text)?.gid ?? parseId(text);
}

function memberships(account: PasswdEntry | undefined, gid: number, files: AccountFiles): number[] {
  if (account === undefined) return [];
  const gids = parseGroup(files.group)
    .filter((group) => group.members.includes(account.name) && group.gid !== gid)
    .map((group) => group.gid);
  return [...new Set(gids)];
}
