import { readFileSync } from 'node:fs';

const TABLE = '/proc/net/fib_trie';

/** Address and prefix length of what is delivered to this network namespace itself: `127.0.0.0/8`, `10.0.0.5/32`. */
export function localRanges(): readonly string[] {
  return parseLocalRanges(readFileSync(TABLE, 'utf8'));
}

/** Reads the table of IPv4 routes of `/proc/net`. Pure. */
export function parseLocalRanges(text: string): readonly string[] {
  const found = text.matchAll(/\|-- ([\d.]+)\n((?: +\/\d+ .*\n?)+)/g);
  const ranges = [...found].flatMap(([, address, routes = '']) => {
    const local = routes.matchAll(/\/(\d+) host LOCAL/g);
    return [...local].map(([, prefix]) => `${address}/${prefix}`);
  });
  return [...new Set(ranges)];
}
