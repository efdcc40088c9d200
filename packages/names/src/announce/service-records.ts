import type { Answer } from 'dns-packet';

/** The capsule as its announcement shows it: nothing that a client trusts before it has compared a fingerprint. */
export interface AnnouncedCapsule {
  readonly capsuleId: string;
  readonly hostname: string;
  readonly version: string;
  readonly port: number;
  /** It has an owner. */
  readonly isAdopted: boolean;
}

/** Of the uplink. */
export interface AnnouncedAddresses {
  readonly ipv4: readonly string[];
  readonly ipv6: readonly string[];
}

export const SERVICE = '_capsule._tcp.local';
/** Lists the types of services: RFC 6763, 9. */
const SERVICES = '_services._dns-sd._udp.local';

const SHORT_ID = 8;
/** Seconds: short, so that an old address or state is soon forgotten. */
const TTL = 120;
const LABEL_MAX = 63;

export interface ServiceRecords {
  readonly types: Answer;
  readonly pointer: Answer;
  readonly server: Answer;
  readonly text: Answer;
  readonly addresses: readonly Answer[];
}

/** The records of a capsule (RFC 6763). With `ttl` 0 they say goodbye. */
export function serviceRecords(
  { capsuleId, hostname, version, port, isAdopted }: AnnouncedCapsule,
  { ipv4, ipv6 }: AnnouncedAddresses,
  ttl = TTL,
): ServiceRecords {
  const shortId = capsuleId.slice(0, SHORT_ID);
  // Two capsules may have the same host name.
  const label = `${hostname.replaceAll('.', '-').slice(0, LABEL_MAX - SHORT_ID - 1)}-${shortId}`;
  const instance = `${label}.${SERVICE}`;
  const host = `capsule-${shortId}.local`;
  const own = { ttl, flush: true } as const;
  const facts = {
    capsule_id: capsuleId,
    short_id: shortId,
    adopted: String(isAdopted),
    version,
    mode: 'runtime',
    hostname,
  };
  return {
    types: { type: 'PTR', name: SERVICES, ttl, data: SERVICE },
    pointer: { type: 'PTR', name: SERVICE, ttl, data: instance },
    server: { type: 'SRV', name: instance, ...own, data: { port, target: host } },
    text: {
      type: 'TXT',
      name: instance,
      ...own,
      data: Object.entries(facts).map(([key, value]) => `${key}=${value}`),
    },
    addresses: [
      ...ipv4.map((data): Answer => ({ type: 'A', name: host, ...own, data })),
      ...ipv6.map((data): Answer => ({ type: 'AAAA', name: host, ...own, data })),
    ],
  };
}
