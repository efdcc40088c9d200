import { isIP } from 'node:net';

/** The content of a resolv.conf, as in resolv.conf(5). */
export interface ResolvConf {
  /** Addresses in their order; IPv6 ones may name a link: `fe80::1%eth0`. */
  readonly nameservers: readonly string[];
  readonly searches: readonly string[];
  readonly options: readonly string[];
}

/** Reads a resolv.conf. Ignores lines it does not recognise. The last search list counts. */
export function parseResolvConf(text: string): ResolvConf {
  const nameservers: string[] = [];
  const options: string[] = [];
  let searches: readonly string[] = [];
  for (const line of text.split('\n')) {
    const [keyword, ...words] = line.trim().split(/\s+/);
    const [first = ''] = words;
    if (keyword === 'nameserver' && isIP(first) !== 0) nameservers.push(first);
    if (keyword === 'options') options.push(...words);
    if (keyword === 'search') searches = words;
    if (keyword === 'domain' && first !== '') searches = [first];
  }
  return { nameservers, searches: searches.filter((domain) => domain !== '.'), options };
}
