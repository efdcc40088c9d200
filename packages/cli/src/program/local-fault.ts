import { type CapsuleError, isCapsuleError } from '@capsule/core';
import { cliError } from '../errors.ts';

/** Whether a file of this machine was to be read, or written. */
export type FileUse = 'read' | 'write';

/** The kernel's reasons in words, as clauses. */
const REASONS: Readonly<Record<string, string>> = {
  EACCES: 'permission denied',
  EPERM: 'operation not permitted',
  EROFS: 'the filesystem is read-only',
  ENOSPC: 'no space left on the disk',
  EDQUOT: 'the disk quota is used up',
  EFBIG: 'the file is too large for the filesystem or for the limit of this process',
  ENAMETOOLONG: 'the name or path is too long for this machine',
  EILSEQ: 'the filesystem does not accept this name',
  EINVAL: 'the filesystem does not accept this operation',
  EIO: 'the disk reports an input/output error',
  EISDIR: 'it is a folder',
  ENOTDIR: 'a part of the path is not a folder',
  ENOTEMPTY: 'the folder is not empty',
  EEXIST: 'it already exists',
  ELOOP: 'there are too many levels of links, or a link is not allowed here',
  EMLINK: 'the file has too many hard links',
  ETXTBSY: 'it is a program that is running',
  EBUSY: 'it is in use',
  EXDEV: 'a link cannot cross filesystems',
  EMFILE: 'this process has too many files open',
  ENFILE: 'this machine has too many files open',
  ENOMEM: 'no memory is left',
  ENXIO: 'no device or program is at the other end',
  ENODEV: 'the device is missing',
  ESTALE: 'the network filesystem has lost the file',
  ENOTCONN: 'the network filesystem is not connected',
  ETIMEDOUT: 'the network filesystem does not answer',
  EOPNOTSUPP: 'the filesystem does not support this',
  ENOTSUP: 'the filesystem does not support this',
  ENOSYS: 'the filesystem does not support this',
  EPIPE: 'the reader closed the pipe',
};

/**
 * A failed call of the filesystem as an error that names the file and the kernel's reason:
 * `CLI_FILE_MISSING`, `CLI_FILE_UNREADABLE`, `CLI_FILE_UNWRITABLE`. Anything else comes back as it is.
 */
export function localFault(use: FileUse, path: string, error: unknown): unknown {
  return isLocal(error) ? describe(use, path, error) : error;
}

/**
 * The last resort, for a failed call that no caller has translated: named by the path in the error
 * itself. Undefined for anything that is not a failure of the filesystem.
 */
export function unnamedFault(error: unknown): CapsuleError | undefined {
  if (!isLocal(error) || typeof error.path !== 'string') return undefined;
  const isWrite =
    /^(mkdir|write|unlink|rename|link|symlink|ftruncate|truncate|f?chmod|f?chown|l?chown|l?utimes?|f?utimes?|rm)/;
  return describe(isWrite.test(error.syscall) ? 'write' : 'read', error.path, error);
}

interface LocalError extends Error {
  readonly code: string;
  readonly syscall: string;
  readonly path?: unknown;
}

/** Calls of sockets and of names (`connect`, `getaddrinfo`) are not of the filesystem. */
function isLocal(error: unknown): error is LocalError {
  if (isCapsuleError(error) || !(error instanceof Error)) return false;
  const { code, syscall } = error as NodeJS.ErrnoException;
  const isSocket = /^(connect|listen|bind|accept|getaddrinfo|spawn)/.test(syscall ?? '');
  return code !== undefined && /^E[A-Z0-9]+$/.test(code) && syscall !== undefined && !isSocket;
}

function describe(use: FileUse, path: string, error: LocalError): CapsuleError {
  const { code } = error;
  if (code === 'ENOENT' && use === 'read') return cliError.FILE_MISSING({ path }, error);
  const missing = code === 'ENOENT' ? 'its folder does not exist' : undefined;
  const reason = `${missing ?? REASONS[code] ?? error.message} (${code})`;
  const fault = use === 'read' ? cliError.FILE_UNREADABLE : cliError.FILE_UNWRITABLE;
  return fault({ path, reason }, error);
}
