import type { DescMethod } from '@bufbuild/protobuf';
import { isCapsuleError } from '@capsule/core';
import type { CallOptions } from '@connectrpc/connect';
import { apiError } from '../errors.ts';
import type { Line } from '../http1/line.ts';
import { type CallPlace, connectionFault } from './call-fault.ts';

/** A call that is under way. */
export interface Call {
  readonly method: DescMethod;
  readonly options: CallOptions;
  /** 0 for none. */
  readonly timeoutMs: number;
  readonly place: CallPlace;
  readonly headers: Readonly<Record<string, string>>;
}

export function pathOf({ parent, name }: DescMethod): string {
  return `/${parent.typeName}/${name}`;
}

/**
 * The error with which a call fails: the reason of its signal, the end of its time, a failure to produce
 * its requests, or what happened.
 */
export function faultOf(error: unknown, line: Line, { options, place }: Call): unknown {
  if (options.signal?.aborted) return options.signal.reason;
  if (line.isLate) return apiError.TIMEOUT({ target: place.target }, error);
  if (line.failure !== undefined) return line.failure.error;
  const reason = line.broken ?? error;
  return isCapsuleError(reason) ? reason : connectionFault(reason, place);
}
