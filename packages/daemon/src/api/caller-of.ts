import type { HandlerContext } from '@connectrpc/connect';
import { callerKey } from './access/caller-key.ts';

/** Names the caller of a call, so that its transfers stay its own: by its key, or root on the unix socket. */
export function callerOf({ values }: Pick<HandlerContext, 'values'>): string {
  const caller = values.get(callerKey);
  return caller.kind === 'key' ? caller.kid : caller.kind;
}
