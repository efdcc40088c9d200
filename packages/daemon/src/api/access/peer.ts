import { type ContextValues, createContextKey, createContextValues } from '@connectrpc/connect';
import type { Caller } from '../../identity/caller.ts';
import { peerOf } from '../connection-count.ts';
import { callerKey } from './caller-key.ts';

/** The connection of a call from the network, as `peerOf` names it. */
export const peerKey = createContextKey('');

/** Names the caller of a request from the network by its address. */
export function describePeer({ socket }: { readonly socket: PeerSocket }): ContextValues {
  const caller = unknownAt(socket.remoteAddress);
  return createContextValues().set(callerKey, caller).set(peerKey, peerOf(socket));
}

interface PeerSocket {
  readonly remoteAddress?: string | undefined;
  readonly remotePort?: number | undefined;
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
