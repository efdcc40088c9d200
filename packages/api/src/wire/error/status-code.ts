import { ERROR_KINDS, type ErrorKind } from '@capsule/core';
import { Code } from '@connectrpc/connect';

type RpcName = (typeof ERROR_KINDS)[ErrorKind]['rpc'];

const CODES: Readonly<Record<RpcName, Code>> = {
  invalid_argument: Code.InvalidArgument,
  not_found: Code.NotFound,
  already_exists: Code.AlreadyExists,
  aborted: Code.Aborted,
  failed_precondition: Code.FailedPrecondition,
  unauthenticated: Code.Unauthenticated,
  permission_denied: Code.PermissionDenied,
  resource_exhausted: Code.ResourceExhausted,
  unavailable: Code.Unavailable,
  deadline_exceeded: Code.DeadlineExceeded,
  unimplemented: Code.Unimplemented,
  data_loss: Code.DataLoss,
  internal: Code.Internal,
};

/** Names of codes that no error kind produces, but other servers and libraries do. */
const FOREIGN: Readonly<Record<string, ErrorKind>> = {
  out_of_range: 'invalid',
  canceled: 'unavailable',
};

const KINDS: ReadonlyMap<string, ErrorKind> = new Map(
  Object.entries(ERROR_KINDS).map(([kind, { rpc }]) => [rpc, kind as ErrorKind]),
);

/** The gRPC status of an error kind. */
export function codeFromKind(kind: ErrorKind): Code {
  return CODES[ERROR_KINDS[kind].rpc];
}

/** The error kind nearest to a gRPC status; `internal` for `Unknown`. */
export function kindFromCode(code: Code): ErrorKind {
  return kindFromStatus(statusName(code));
}

/** The same for the name of a status: `not_found`. */
export function kindFromStatus(name: string): ErrorKind {
  return KINDS.get(name) ?? FOREIGN[name] ?? 'internal';
}

/** `not_found` */
export function statusName(code: Code): string {
  return Code[code].replace(/(?<=[a-z])(?=[A-Z])/g, '_').toLowerCase();
}
