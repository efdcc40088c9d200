import { defineErrors, isCapsuleError } from '@capsule/core';
import { processError } from '../process/errors.ts';

interface Refused {
  readonly said: string;
}

/** Failures of the `nft` program (nftables). */
export const nftError = defineErrors('NFT', {
  NOT_FOUND: { kind: 'notFound', message: (f: Refused) => `nft: not found: ${f.said}` },
  REFUSED: { kind: 'internal', message: (f: Refused) => `nft: ruleset refused: ${f.said}` },
  DENIED: {
    kind: 'denied',
    message: (f: Refused) => `nft: not permitted: ${f.said}`,
    hint: 'packet filtering needs root (CAP_NET_ADMIN)',
  },
  UNSUPPORTED: {
    kind: 'unsupported',
    message: (f: Refused) => `nft: the kernel does not support this: ${f.said}`,
    hint: 'use a kernel that has nftables with NAT, fib and conntrack zones',
  },
});

/** Texts of nftables: `Error: Could not process rule: <strerror>` from src/libnftables.c. */
const CLASSES: readonly (readonly [RegExp, 'NOT_FOUND' | 'DENIED' | 'UNSUPPORTED'])[] = [
  [/Operation not permitted/, 'DENIED'],
  [/Operation not supported|Protocol not supported/, 'UNSUPPORTED'],
  [/No such file or directory/, 'NOT_FOUND'],
];

/** Gives a failed run of `nft` its code. Anything that is not such a failure passes unchanged. */
export function classifyNftFailure(failure: unknown): unknown {
  if (!isCapsuleError(failure) || failure.code !== processError.FAILED.code) return failure;
  const said =
    String(failure.facts['stderr'] ?? '')
      .trim()
      .split('\n', 1)[0] ?? '';
  const found = CLASSES.find(([pattern]) => pattern.test(said));
  return nftError[found?.[1] ?? 'REFUSED']({ said }, failure);
}
