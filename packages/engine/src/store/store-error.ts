import { storeError } from './errors.ts';

/** Primary result codes of SQLite, https://sqlite.org/rescode.html: the lowest byte of a code. */
const IOERR = 10;
const CORRUPT = 11;
const FULL = 13;
const NOTADB = 26;

/** Translates the disk errors of SQLite. Returns anything else, a constraint or a bug, unchanged. */
export function describeStoreError(error: unknown, path: string): unknown {
  if (!(error instanceof Error) || !('errcode' in error)) return error;
  switch (Number(error.errcode) & 0xff) {
    case FULL:
      return storeError.FULL({ path }, error);
    case IOERR:
    case CORRUPT:
    case NOTADB:
      return storeError.UNREADABLE({ path, detail: error.message }, error);
    default:
      return error;
  }
}
