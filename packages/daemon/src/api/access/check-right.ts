import type { DescMethod } from '@bufbuild/protobuf';
import { Right, rightOf } from '@capsule/api/wire';
import { hasRole, type Role } from '@capsule/core';
import type { Caller } from '../../identity/caller.ts';
import { authError } from '../../identity/errors.ts';

const ROLE: Readonly<Partial<Record<Right, Role>>> = {
  [Right.VIEWER]: 'viewer',
  [Right.OPERATOR]: 'operator',
  [Right.ADMIN]: 'admin',
};

/** `WorkloadService/Apply`. */
export function rpcName({ parent, name }: DescMethod): string {
  return `${parent.name}/${name}`;
}

/** Fails with `AUTH_*` unless the caller has the right that stands beside the RPC. Denies by default. Pure. */
export function checkRight(caller: Caller, method: DescMethod): void {
  const right = rightOf(method);
  const rpc = rpcName(method);
  if (right === Right.NONE) return;
  const needed = ROLE[right];
  if (needed === undefined && right !== Right.LOCAL) throw authError.REFUSED({ rpc });
  if (caller.kind === 'local') return;
  if (caller.kind === 'unknown') throw authError.TOKEN_MISSING({});
  if (needed === undefined) throw authError.LOCAL_ONLY({ rpc });
  if (!hasRole(caller.role, needed)) {
    throw authError.ROLE_MISSING({ rpc, needed, role: caller.role });
  }
}
