/** From the least to the most; each contains the one before it. */
export const ROLES = ['viewer', 'operator', 'admin'] as const;

/** The rights of a key, as a word. */
export type Role = (typeof ROLES)[number];

/** Whether `role` contains `least`. Pure. */
export function hasRole(role: Role, least: Role): boolean {
  return ROLES.indexOf(role) >= ROLES.indexOf(least);
}
