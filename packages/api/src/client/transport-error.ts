import { type CapsuleError, isCapsuleError } from '@capsule/core';
import { Code, ConnectError } from '@connectrpc/connect';
import { apiError } from '../errors.ts';
import { ErrorDetailSchema } from '../gen/capsule/v1/error_pb.ts';
import { capsuleErrorFrom } from '../wire/error/error.ts';

/** What the library makes of a connection that broke, or was never made. */
const BROKEN: ReadonlySet<Code> = new Set([
  Code.Internal,
  Code.Canceled,
  Code.Aborted,
  Code.Unknown,
  Code.Unavailable,
]);

export interface CallPlace {
  readonly target: string;
  /** `ManifestService.Apply` */
  readonly call: string;
}

/**
 * What went wrong with a call, from what the library threw. An answer of the server is taken as it
 * is; a code that stands for a broken connection means that there was no answer.
 */
export function transportError(error: unknown, { target, call }: CallPlace): CapsuleError {
  if (isCapsuleError(error)) return error;
  const failure = ConnectError.from(error, Code.Internal);
  // The capsule's own refusals have a detail; without one it is the server that has no such call.
  const isUnknown =
    failure.code === Code.Unimplemented && failure.findDetails(ErrorDetailSchema).length === 0;
  if (isUnknown) return apiError.CALL_UNKNOWN({ call }, failure);
  if (failure.metadata.has('grpc-status')) return capsuleErrorFrom(failure);
  if (failure.code === Code.DeadlineExceeded) return apiError.TIMEOUT({ target }, failure);
  if (!BROKEN.has(failure.code)) return capsuleErrorFrom(failure);
  switch (systemCode(failure)) {
    case 'ENOENT':
      return apiError.UNREACHABLE({ target, reason: 'there is no such socket' }, failure);
    case 'ECONNREFUSED':
      return apiError.UNREACHABLE({ target, reason: 'nobody listens there' }, failure);
    case 'EACCES':
    case 'EPERM':
      return apiError.DENIED({ target }, failure);
    default:
      return apiError.CONNECTION_LOST({ target, reason: failure.rawMessage }, failure);
  }
}

/** The first code of the operating system in a chain of causes. */
function systemCode(error: unknown): string | undefined {
  for (let at = error, depth = 0; at instanceof Error && depth < 8; at = at.cause, depth += 1) {
    const { code } = at as { code?: unknown };
    if (typeof code === 'string') return code;
  }
  return undefined;
}
