import { createHash } from 'node:crypto';
import { NAME_PATTERN } from '@capsule/core';
import { embeddedError } from '../errors.ts';

/** The names of one capsule in the host's tables, all derived from its own: clean-up needs no record. */
export interface HostNames {
  readonly netns: string;
  /** The host's end of the veth pair: an interface name has at most 15 characters. */
  readonly link: string;
  /** nftables table of family `ip`. */
  readonly table: string;
  readonly cgroup: string;
}

const MAX_LENGTH = 40;
const MAX_IN_LINK = 11;

/** Fails with `EMBEDDED_NAME_INVALID`. Different names never share a netns, link, table or cgroup. */
export function hostNames(name: string): HostNames {
  if (name.length > MAX_LENGTH || !NAME_PATTERN.test(name)) {
    throw embeddedError.NAME_INVALID({ name });
  }
  const full = `capsule-${name}`;
  return { netns: full, link: linkName(name), table: full, cgroup: full };
}

/** `cap-demo`; a long name is hashed behind a prefix that a short one cannot have. */
function linkName(name: string): string {
  if (name.length <= MAX_IN_LINK) return `cap-${name}`;
  return `caph${createHash('sha256').update(name).digest('hex').slice(0, 11)}`;
}
