import type { AuthorizedKey } from '@capsule/api/wire';
import { formatAge } from '../render/age.ts';
import type { Listing } from '../render/listing.ts';
import { describeRole } from './role.ts';

/** The enrolled keys of a capsule, in every format. */
export function keyListing(now: number): Listing<AuthorizedKey> {
  const age = (unix: bigint) => (unix === 0n ? 'never' : formatAge(Number(unix) * 1000, now));
  return {
    nameOf: ({ kid }) => kid,
    documentOf: keyDocument,
    columns: [
      { title: 'NAME', cell: ({ name }) => name, shrinksTo: 10 },
      { title: 'KEY', cell: ({ kid }) => kid },
      { title: 'ROLE', cell: roleOf },
      { title: 'ADDED', cell: ({ addedAtUnix }) => age(addedAtUnix), isSpare: true },
      { title: 'LAST USED', cell: ({ lastUsedUnix }) => age(lastUsedUnix), isSpare: true },
      { title: 'ADDED BY', cell: ({ addedByKid }) => addedByKid || '-', isWide: true },
    ],
  };
}

function roleOf({ role, hostAccess }: AuthorizedKey): string {
  return `${describeRole(role)}${hostAccess ? ', host access' : ''}`;
}

export function keyDocument(key: AuthorizedKey): object {
  const { kid, name, role, hostAccess, addedByKid, addedAtUnix, lastUsedUnix, publicKey } = key;
  return {
    kid,
    name,
    role: describeRole(role),
    hostAccess,
    addedBy: addedByKid,
    addedAt: momentOf(addedAtUnix),
    ...(lastUsedUnix > 0n && { lastUsedAt: momentOf(lastUsedUnix) }),
    publicKey: Buffer.from(publicKey).toString('base64'),
  };
}

function momentOf(unix: bigint): string {
  return new Date(Number(unix) * 1000).toISOString();
}
