import type { DescMethod } from '@bufbuild/protobuf';
import { connectErrorFrom, Right, rightOf } from '@capsule/api/wire';
import { type CapsuleError, isCapsuleError, type OperatorKey } from '@capsule/core';
import type { HandlerContext } from '@connectrpc/connect';
import type { Attempts } from '../../identity/attempts.ts';
import type { Caller } from '../../identity/caller.ts';
import { authError } from '../../identity/errors.ts';
import { callerKey } from './caller-key.ts';
import { checkRight } from './check-right.ts';
import { clientOf, peerKey } from './peer.ts';

export interface GateParts {
  /** Fails with `AUTH_*`, or with the error that makes the store unusable. */
  readonly accept: (authorization: string) => OperatorKey;
  readonly attempts: Attempts;
  /** The connection brought a good token. */
  readonly proven: (peer: string) => void;
  /** Records a refused call. */
  readonly refused: (caller: Caller, method: DescMethod, error: CapsuleError) => void;
}

/**
 * Authenticates a call from the network by its headers, and checks its right, before anything of its body is read.
 * A call that needs no token has an unknown caller, whatever token it brings.
 */
export function createGate(parts: GateParts): (context: HandlerContext) => void {
  return (context) => {
    const { values, method, requestHeader } = context;
    const before = values.get(callerKey);
    // On the unix socket, the file's mode has decided.
    if (before.kind === 'local') return;
    try {
      values.set(callerKey, identify(parts, before, method, requestHeader.get('authorization')));
      if (values.get(callerKey).kind === 'key') parts.proven(values.get(peerKey));
      checkRight(values.get(callerKey), method);
    } catch (error) {
      if (isCapsuleError(error)) parts.refused(values.get(callerKey), method, error);
      throw connectErrorFrom(error);
    }
  };
}

function identify(
  { accept, attempts }: GateParts,
  before: Caller,
  method: DescMethod,
  authorization: string | null,
): Caller {
  const from = before.kind === 'local' ? '' : before.from;
  const pauseMs = attempts.pauseMs(clientOf(from));
  const wait = authError.TOO_MANY_FAILURES({ seconds: Math.ceil(pauseMs / 1000) });
  if (rightOf(method) === Right.NONE) {
    if (pauseMs > 0) throw wait;
    return before;
  }
  try {
    if (authorization === null) throw authError.TOKEN_MISSING({});
    const { kid, name, role, hasHostAccess } = accept(authorization);
    attempts.succeed(clientOf(from));
    return { kind: 'key', kid, name, role, hasHostAccess, from };
  } catch (error) {
    if (!isCapsuleError(error) || error.kind !== 'unauthenticated') throw error;
    // A good token is served meanwhile: neighbours share a network of IPv6, or the address of their router.
    if (pauseMs > 0) throw wait;
    attempts.fail(clientOf(from));
    throw error;
  }
}
