import { Role } from '@capsule/api/wire';
import type { Input } from '../../program/input.ts';

/** The rights of a key, from the least to the most. */
export const ROLES = ['viewer', 'operator', 'admin'] as const;

const VALUES: Readonly<Record<string, Role>> = {
  viewer: Role.VIEWER,
  operator: Role.OPERATOR,
  admin: Role.ADMIN,
};

export function describeRole(role: Role): string {
  return ROLES.find((name) => VALUES[name] === role) ?? 'unknown';
}

/** Unspecified without the flag: the capsule then makes the key an admin, as it does for older clients. */
export function readRole(input: Input): Role {
  const text = input.text('role');
  return (text === undefined ? undefined : VALUES[text]) ?? Role.UNSPECIFIED;
}
