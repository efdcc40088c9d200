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

/** Codes that no error kind produces, but other servers and libraries do. */
const FOREIGN: ReadonlyMap<Code, ErrorKind> = new Map([
  [Code.OutOfRange, 'invalid'],
  [Code.Canceled, 'unavailable'],
]);

const KINDS: ReadonlyMap<Code, ErrorKind> = new Map(
  (Object.keys(ERROR_KINDS) as ErrorKind[]).map((kind) => [codeFromKind(kind), kind]),
);

/** The gRPC status of an error kind. */
export function codeFromKind(kind: ErrorKind): Code {
  return CODES[ERROR_KINDS[kind].rpc];
}

/** The error kind nearest to a gRPC status; `internal` for `Unknown`. */
export function kindFromCode(code: Code): ErrorKind {
  return KINDS.get(code) ?? FOREIGN.get(code) ?? 'internal';
}
