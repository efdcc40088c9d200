import { networkInterfaces } from 'node:os';
import { formatAddress } from '@capsule/api/wire';
import multicastDns, { type MulticastDNS } from 'multicast-dns';
import type { Announcement } from './announcement.ts';
import { type BrowsedLink, findLinks } from './find-links.ts';
import { type Response, readResponse } from './read-response.ts';

const SERVICE = '_capsule._tcp.local';
/** Of multicast DNS over IPv6; that of IPv4 is the library's own. */
const IPV6_GROUP = 'ff02::fb';
/** A lost question is asked once more. */
const AGAIN_MS = 700;
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
  const links = findLinks(networkInterfaces()).map((link) => openLink(link, receive));
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

function openLink({ family, name }: BrowsedLink, receive: Receive): MulticastDNS {
  const link =
    family === 'IPv4'
      ? multicastDns({ interface: name, bind: '0.0.0.0' })
      : multicastDns({ type: 'udp6', ip: IPV6_GROUP, interface: name, bind: '::' });
  link.on('response', receive);
  // A link that cannot be used has no capsules to offer; the others may.
  link.on('error', () => undefined);
  link.on('warning', () => undefined);
  return link;
}

function ask(link: MulticastDNS): void {
  // To the group of the link's own family.
  link.query([{ name: SERVICE, type: 'PTR' }]);
}
