import type { Announcement } from './announcement.ts';

const SERVICE = '_capsule._tcp.local';
const RECORDS_MAX = 64;
const TEXT_MAX = 128;
const LABEL_MAX = 63;

/** A record of a response, as the library decodes it. */
interface Record {
  readonly name?: unknown;
  readonly type?: unknown;
  readonly data?: unknown;
}

export interface Response {
  readonly answers?: readonly Record[];
  readonly additionals?: readonly Record[];
}

/**
 * The capsules that a response announces. Anything of it may be hostile: what does not have the form of an announcement
 * is left out, and texts are short and printable. Pure.
 */
export function readResponse(
  { answers = [], additionals = [] }: Response,
  sender: string,
): readonly Announcement[] {
  const records = [...answers, ...additionals].slice(0, RECORDS_MAX);
  const ofType = (type: string) => records.filter((record) => record.type === type);
  return ofType('SRV').flatMap(({ name, data }) => {
    const instance = instanceOf(name);
    const { port, target } = (data ?? {}) as { port?: unknown; target?: unknown };
    const text = ofType('TXT').find((record) => record.name === name)?.data;
    if (instance === undefined || !isPort(port) || text === undefined) return [];
    const addresses = ofType('A').flatMap((record) =>
      record.name === target && typeof record.data === 'string' ? [record.data] : [],
    );
    // The sender is there for certain; another address only where the sender does not claim its own. A sender of IPv6 is
    // one to a machine that may have no IPv4.
    const isOwn = sender.includes(':') || addresses.length === 0 || addresses.includes(sender);
    const host = isOwn ? sender : (addresses[0] ?? sender);
    return [{ instance, address: { host, port }, ...factsIn(text) }];
  });
}

function instanceOf(name: unknown): string | undefined {
  if (typeof name !== 'string' || !name.toLowerCase().endsWith(`.${SERVICE}`)) return undefined;
  const label = name.slice(0, -SERVICE.length - 1);
  return label.length > 0 && label.length <= LABEL_MAX ? printable(label) : undefined;
}

function isPort(port: unknown): port is number {
  return typeof port === 'number' && Number.isInteger(port) && port > 0 && port <= 65_535;
}

function factsIn(data: unknown): Omit<Announcement, 'instance' | 'address'> {
  const lines = Array.isArray(data) ? data.slice(0, RECORDS_MAX) : [data];
  const facts = new Map<string, string>();
  for (const line of lines) {
    const [key = '', ...value] = String(line).split('=');
    if (!facts.has(key)) facts.set(key, printable(value.join('=')));
  }
  return {
    capsuleId: facts.get('capsule_id') ?? '',
    shortId: facts.get('short_id') ?? '',
    hostname: facts.get('hostname') ?? '',
    version: facts.get('version') ?? '',
    mode: facts.get('mode') === 'installer' ? 'installer' : 'runtime',
    isAdopted: facts.get('adopted') === 'true',
  };
}

function printable(text: string): string {
  return text.slice(0, TEXT_MAX).replaceAll(/[^\x20-\x7e]/g, '?');
}
