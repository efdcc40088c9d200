import type { HandlerContext } from '@connectrpc/connect';

/** Names the caller of a call, so that its transfers stay its own. On the unix socket, that is root. */
export function callerOf(_context: HandlerContext): string {
  return 'root';
}
