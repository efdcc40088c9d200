import { defineErrors } from '../error/define-errors.ts';

export const subnetError = defineErrors('NETWORK', {
  CIDR_INVALID: {
    kind: 'invalid',
    message: (f: { cidr: string }) => `${f.cidr} is not an IPv4 subnet such as 172.20.254.0/24`,
    hint: 'use a private subnet with a prefix length of 8 to 30',
  },
});

export const spaceRangeError = defineErrors('SPACE', {
  POOL_INVALID: {
    kind: 'invalid',
    message: (f: { pool: string }) => `${f.pool} cannot be divided into ranges of spaces`,
    hint: 'set spaces.cidr to an IPv4 network with a prefix between 8 and 24',
  },
  RANGES_EXHAUSTED: {
    kind: 'exhausted',
    message: (f: { pool: string; taken: number }) => `no /24 of ${f.pool} is free for a space`,
    why: ({ taken }) => `spaces have ${taken} ranges; the machine's own networks use all others`,
    hint: 'delete a space, or set spaces.cidr in the capsule’s configuration to another network',
  },
});
