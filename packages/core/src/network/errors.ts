import { defineErrors } from '../error/define-errors.ts';

export const subnetError = defineErrors('NETWORK', {
  CIDR_INVALID: {
    kind: 'invalid',
    message: (f: { cidr: string }) => `${f.cidr} is no IPv4 subnet of the form 172.20.254.0/24`,
    hint: 'use a private subnet with a prefix between 8 and 30',
  },
});
