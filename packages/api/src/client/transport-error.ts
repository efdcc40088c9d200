import { type CapsuleError, isCapsuleError } from '@capsule/core';
import { Code, ConnectError } from '@connectrpc/connect';
import { apiError } from '../errors.ts';
import { ErrorDetailSchema } from '../gen/capsule/v1/error_pb.ts';
import { capsuleErrorFrom } from '../wire/error/error.ts';

/** Codes that the library gives to a broken or failed connection. */
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
 * Translates an error of the library. An answer of the server is kept as it is; a code for a broken
 * connection means that there was no answer.
 */
export function transportError(error: unknown, { target, call }: CallPlace): CapsuleError {
  const known = chainOf(error).find(isCapsuleError);
  if (known !== undefined) return known;
  const failure = ConnectError.from(error, Code.Internal);
  // The capsule's own refusals carry a detail; without one, the server lacks the call.
  const isUnknown =
    failure.code === Code.Unimplemented && failure.findDetails(ErrorDetailSchema).length === 0;
  if (isUnknown) return apiError.CALL_UNKNOWN({ call }, failure);
  if (failure.metadata.has('grpc-status')) return capsuleErrorFrom(failure);
  if (failure.code === Code.DeadlineExceeded) return apiError.TIMEOUT({ target }, failure);
  if (!BROKEN.has(failure.code)) return capsuleErrorFrom(failure);
  switch (systemCode(failure)) {
    case 'ENOENT':
      return apiError.UNREACHABLE({ target, reason: 'the socket does not exist' }, failure);
    case 'ECONNREFUSED':
      return apiError.UNREACHABLE({ target, reason: 'no process listens there' }, failure);
    case 'EACCES':
    case 'EPERM':
      return apiError.DENIED({ target }, failure);
    default:
      return apiError.CONNECTION_LOST({ target, reason: failure.rawMessage }, failure);
  }
}

/** The first code of the operating system in a chain of causes. */
function systemCode(error: unknown): string | undefined {
  const codes = chainOf(error).map((one) => (one as { code?: unknown }).code);
  return codes.find((code) => typeof code === 'string');
}

const LONGEST_CHAIN = 8;

/** An error and its causes. */
function chainOf(error: unknown): readonly Error[] {
  const chain: Error[] = [];
  for (let at = error; at instanceof Error && chain.length < LONGEST_CHAIN; at = at.cause) {
    chain.push(at);
  }
  return chain;
}
