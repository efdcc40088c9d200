import { apiError } from '../errors.ts';

/** Where a capsule listens on the network. */
export interface Address {
  /** A name, an IPv4 address, or an IPv6 address without brackets. */
  readonly host: string;
  readonly port: number;
}

export const DEFAULT_PORT = 50_000;

const BRACKETS = /^\[([0-9A-Fa-f:.]+(?:%[\w.-]+)?)\](?::(\d{1,5}))?$/;
const PLAIN = /^([\w.-]+)(?::(\d{1,5}))?$/;
const BARE_IPV6 = /^[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*(?:%[\w.-]+)?$/;

/** Reads `host`, `host:port`, `[ipv6]:port` and a bare IPv6 address. Fails with `API_TARGET_INVALID`. */
export function parseAddress(text: string): Address {
  if (BARE_IPV6.test(text)) return { host: text, port: DEFAULT_PORT };
  const [, host, port] = BRACKETS.exec(text) ?? PLAIN.exec(text) ?? [];
  const number = port === undefined ? DEFAULT_PORT : Number(port);
  if (host === undefined || number < 1 || number > 65_535) {
    throw apiError.TARGET_INVALID({ target: text });
  }
  return { host, port: number };
}

/** The one way to write an address: `host:port`, with brackets around an IPv6 address. */
export function formatAddress({ host, port }: Address): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}
