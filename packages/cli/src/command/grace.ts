import type { Input } from './input.ts';

export const GRACE_FLAG = {
  flags: '--grace <seconds>',
  summary: 'how long it may take to end, instead of its own; 0 kills at once',
} as const;

/** `graceSeconds` of a request, where `--grace` was given. */
export function readGrace(input: Input): { readonly graceSeconds?: number } {
  const graceSeconds = input.count('grace');
  return graceSeconds === undefined ? {} : { graceSeconds };
}
