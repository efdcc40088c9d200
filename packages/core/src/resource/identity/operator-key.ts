import type { Role } from './role.ts';

/** Bytes of an Ed25519 public key. */
export const PUBLIC_KEY_BYTES = 32;
/** The longest name of a key. */
export const KEY_NAME_MOST = 64;

/** The rights of a key. */
export interface KeyRights {
  readonly role: Role;
  /** May run privileged workloads and those with access to the host. */
  readonly hasHostAccess: boolean;
}

/** An enrolled key: one machine of an operator. Times are in milliseconds since 1970. */
export interface OperatorKey extends KeyRights {
  /** SHA-256 of the public key, in base64url without padding. */
  readonly kid: string;
  readonly name: string;
  /** Ed25519. */
  readonly publicKey: Uint8Array;
  /** The key that enrolled this one; empty for an adopted one, and for one that root enrolled. */
  readonly addedBy: string;
  readonly addedAt: number;
  /** Exact to a minute; 0: never. */
  readonly lastUsedAt: number;
}

/** Why a key cannot have this name; undefined when it can. Pure. */
export function problemOfKeyName(name: string): string | undefined {
  if (name === '') return 'the name is missing';
  if ([...name].length > KEY_NAME_MOST)
    return `the name is longer than ${KEY_NAME_MOST} characters`;
  return /^[^\p{C}]*$/u.test(name) ? undefined : 'the name contains control characters';
}
