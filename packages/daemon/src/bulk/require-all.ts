import { bulkError } from './errors.ts';

/** Fails with `BULK_CUT` where a receiver got another number of bytes than was sent. */
export function requireAll({ arrived, sent }: { arrived: number; sent: number }): void {
  if (arrived !== sent) throw bulkError.CUT({ arrived, sent });
}
