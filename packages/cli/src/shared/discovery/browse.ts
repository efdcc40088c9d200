import { networkInterfaces } from 'node:os';
import { formatAddress } from '@capsule/api/wire';
import multicastDns, { type MulticastDNS } from 'multicast-dns';
import type { Announcement } from './announcement.ts';
import { type Response, readResponse } from './read-response.ts';

const SERVICE = '_capsule._tcp.local';
const GROUP = { address: '224.0.0.251', port: 5353, family: 'IPv4', size: 0 } as const;
/** A lost question is asked once more. */
const AGAIN_MS = 700;
const LINKS_MAX = 8;
const FOUND_MAX = 256;
/** One machine that claims more is not a capsule. */
const OF_SENDER_MAX = 8;

/**
 * Asks the links of this machine for capsules, and hands over each announcement once, until `signal` ends the search.
 * Bounded, whatever is answered.
 */
export async function browse(
  signal: AbortSignal,
  onFound: (found: Announcement) => void,
): Promise<void> {
  const known = new Set<string>();
  const bySender = new Map<string, number>();
  const receive = (response: unknown, sender: { readonly address: string }) => {
    for (const found of readResponse(response as Response, sender.address)) {
      const count = bySender.get(sender.address) ?? 0;
      const isFull = known.size >= FOUND_MAX || count >= OF_SENDER_MAX;
      // Another machine may announce the name of a capsule, too: both are shown.
      const identity = `${found.instance} ${formatAddress(found.address)}`;
      if (isFull || known.has(identity)) continue;
      known.add(identity);
      bySender.set(sender.address, count + 1);
      onFound(found);
    }
  };
  const links = linkAddresses().map((address) => openLink(address, receive));
  const again = setTimeout(() => links.forEach(ask), AGAIN_MS);
  links.forEach(ask);
  await new Promise<void>((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
  clearTimeout(again);
  for (const link of links) link.destroy();
}

type Receive = (response: unknown, sender: { readonly address: string }) => void;

function openLink(address: string, receive: Receive): MulticastDNS {
  const link = multicastDns({ interface: address, bind: '0.0.0.0' });
  link.on('response', receive);
  // A link that cannot be used has no capsules to offer; the others may.
  link.on('error', () => undefined);
  link.on('warning', () => undefined);
  return link;
}

function ask(link: MulticastDNS): void {
  link.query([{ name: SERVICE, type: 'PTR' }], GROUP);
}

/** An IPv4 address of each link but the loopback. */
function linkAddresses(): readonly string[] {
  const links = Object.values(networkInterfaces()).flatMap((all = []) => {
    const one = all.find(({ family, internal }) => family === 'IPv4' && !internal);
    return one === undefined ? [] : [one.address];
  });
  return links.slice(0, LINKS_MAX);
}
