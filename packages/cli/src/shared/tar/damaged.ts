import { copyError } from '../copy/errors.ts';

/** An archive that breaks the rules of its format, or ends too early. `reason` is a clause. */
export function damaged(reason: string): Error {
  return copyError.ARCHIVE_DAMAGED({ reason });
}
