import { fromBinary } from '@bufbuild/protobuf';
import { base64Decode } from '@bufbuild/protobuf/wire';
import type { CapsuleError } from '@capsule/core';
import { apiError } from '../errors.ts';
import { type ErrorDetail, ErrorDetailSchema } from '../gen/capsule/v1/error_pb.ts';
import { BrokenConnection } from '../http1/broken-connection.ts';
import { statusError } from '../wire/error/error.ts';

export interface CallPlace {
  readonly target: string;
  /** `ManifestService.Apply` */
  readonly call: string;
}

/** An error in JSON, as Connect has it in the body of a unary answer and at the end of a stream. */
export interface WireError {
  readonly code?: string;
  readonly message?: string;
  readonly details?: readonly { readonly type?: string; readonly value?: string }[];
}

/** The error that the capsule answered. */
export function answeredError(error: WireError, { target, call }: CallPlace): CapsuleError {
  const { code: status = 'unknown', message = '' } = error;
  const detail = detailOf(error);
  // The capsule's own refusals carry a detail; without one, the server lacks the call.
  if (detail === undefined && status === 'unimplemented') return apiError.CALL_UNKNOWN({ call });
  if (detail === undefined && status === 'deadline_exceeded') return apiError.TIMEOUT({ target });
  return statusError({ status, message, detail });
}

function detailOf({ details = [] }: WireError): ErrorDetail | undefined {
  const found = details.find(({ type }) => type === ErrorDetailSchema.typeName);
  if (found?.value === undefined) return undefined;
  return fromBinary(ErrorDetailSchema, base64Decode(found.value));
}

/** The error of a call that got no answer, because its connection failed. Anything else is a bug, and stays as it is. */
export function connectionFault(error: unknown, { target }: CallPlace): unknown {
  if (!(error instanceof Error)) return error;
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === undefined && !(error instanceof BrokenConnection)) return error;
  switch (code) {
    case 'ENOENT':
      return apiError.UNREACHABLE({ target, reason: 'the socket does not exist' }, error);
    case 'ECONNREFUSED':
      return apiError.UNREACHABLE({ target, reason: 'no process listens there' }, error);
    case 'EACCES':
    case 'EPERM':
      return apiError.DENIED({ target }, error);
    default:
      return apiError.CONNECTION_LOST({ target, reason: message }, error);
  }
}
