import { type ContextValues, createContextValues } from '@connectrpc/connect';
import type { Caller } from '../../identity/caller.ts';
import { callerKey } from './caller-key.ts';

/** Names the caller of a request from the network by its address. */
export function describePeer({ socket }: { readonly socket: PeerSocket }): ContextValues {
  return createContextValues().set(callerKey, unknownAt(socket.remoteAddress));
}

interface PeerSocket {
  readonly remoteAddress?: string | undefined;
}

/** The caller of a connection from the network before its token is seen. */
function unknownAt(remoteAddress: string | undefined): Caller {
  return { kind: 'unknown', from: plainAddress(remoteAddress ?? '') };
}

/** IPv4 addresses arrive as IPv6 ones on a socket of both. */
function plainAddress(address: string): string {
  return address.replace(/^::ffff:/, '');
}

/** Groups addresses by client: an IPv4 address, or a network of IPv6 (/64), of which one machine has all addresses. */
export function clientOf(address: string): string {
  const plain = plainAddress(address);
  if (!plain.includes(':')) return plain;
  const [head = '', tail] = plain.split('%', 1)[0]?.split('::') ?? [];
  const parts = head.split(':').filter((part) => part !== '');
  const behind = tail === undefined ? [] : tail.split(':').filter((part) => part !== '');
  const zeros = Array.from({ length: Math.max(0, 8 - parts.length - behind.length) }, () => '0');
  return `${[...parts, ...zeros, ...behind].slice(0, 4).join(':')}::/64`;
}
