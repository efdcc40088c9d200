import { storeError } from './errors.ts';

/** Primary result codes of SQLite, https://sqlite.org/rescode.html: the lowest byte of a code. */
const BUSY = 5;
const LOCKED = 6;
const READONLY = 8;
const IOERR = 10;
const CORRUPT = 11;
const FULL = 13;
const CANTOPEN = 14;
const NOTADB = 26;

/**
 * Translates the errors of SQLite that have a cause outside of capsuled. Returns anything else, a constraint
 * or a bug, unchanged.
 */
export function describeStoreError(error: unknown, path: string): unknown {
  if (!(error instanceof Error) || !('errcode' in error)) return error;
  const detail = error.message;
  switch (Number(error.errcode) & 0xff) {
    case FULL:
      return storeError.FULL({ path }, error);
    case BUSY:
    case LOCKED:
      return storeError.LOCKED({ path }, error);
    case READONLY:
      return storeError.READ_ONLY({ path }, error);
    case CANTOPEN:
      return storeError.NOT_OPENED({ path, detail }, error);
    case IOERR:
    case CORRUPT:
    case NOTADB:
      return storeError.UNREADABLE({ path, detail }, error);
    default:
      return error;
  }
}
