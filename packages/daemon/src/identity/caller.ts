import type { KeyRights } from '@capsule/core';

/** The caller of an RPC, and its place. */
export type Caller = LocalCaller | KeyCaller | UnknownCaller;

/** Root on the capsule, on the unix socket: has every right. */
export interface LocalCaller {
  readonly kind: 'local';
}

/** The holder of an enrolled key, on the network. */
export interface KeyCaller extends KeyRights {
  readonly kind: 'key';
  readonly kid: string;
  readonly name: string;
  readonly from: string;
}

/** A client on the network whose identity is not proven. */
export interface UnknownCaller {
  readonly kind: 'unknown';
  readonly from: string;
}

export const LOCAL_CALLER: LocalCaller = { kind: 'local' };
/** How the unix socket's caller is named. */
export const LOCAL_NAME = 'local root';

/** Whether the caller may run privileged workloads and those with access to the host. Pure. */
export function hasHostAccess(caller: Caller): boolean {
  return caller.kind === 'local' || (caller.kind === 'key' && caller.hasHostAccess);
}
