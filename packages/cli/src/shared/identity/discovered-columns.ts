import type { Announcement } from '../discovery/announcement.ts';
import type { Listing } from '../render/listing.ts';

export interface Discovered extends Announcement {
  readonly addr: string;
  /** Undefined where the capsule does not answer. */
  readonly fingerprint: string | undefined;
  readonly unreachable: string | undefined;
  /** Its name here, where this operator has adopted it. */
  readonly context?: string | undefined;
}

/** Eight bytes distinguish capsules; an adoption shows all of them. */
const SHORT_FINGERPRINT = 16;

export const discoveredListing: Listing<Discovered> = {
  nameOf: ({ addr }) => addr,
  documentOf: (one) => ({
    instance: one.instance,
    addr: one.addr,
    capsule_id: one.capsuleId,
    short_id: one.shortId,
    hostname: one.hostname,
    adopted: one.isAdopted,
    version: one.version,
    mode: one.mode,
    fingerprint: one.fingerprint ?? '',
    ...(one.unreachable !== undefined && { unreachable: one.unreachable }),
    ...(one.context !== undefined && { context: one.context }),
  }),
  columns: [
    { title: 'NAME', cell: ({ instance }) => instance, shrinksTo: 12 },
    { title: 'ADDRESS', cell: ({ addr }) => addr },
    { title: 'FINGERPRINT', cell: shortFingerprint },
    { title: 'ADOPTED', cell: ({ isAdopted }) => (isAdopted ? 'yes' : 'no') },
    { title: 'CONTEXT', cell: ({ context = '-' }) => context, shrinksTo: 8 },
    { title: 'MODE', cell: ({ mode }) => mode, isWide: true },
    { title: 'VERSION', cell: ({ version }) => version, isWide: true },
  ],
};

function shortFingerprint({ fingerprint }: Discovered): string {
  return fingerprint === undefined ? 'unreachable' : fingerprint.slice(0, SHORT_FINGERPRINT);
}
