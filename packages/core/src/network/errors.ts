import { defineErrors } from '../error/define-errors.ts';

export const subnetError = defineErrors('NETWORK', {
  CIDR_INVALID: {
    kind: 'invalid',
    message: (f: { cidr: string }) => `${f.cidr} is not an IPv4 subnet such as 172.20.254.0/24`,
    hint: 'use a private subnet with a prefix length of 8 to 30',
  },
});
