import { readFile } from 'node:fs/promises';

/** Where the host says whom it asks: its resolver, and systemd's list of those behind its stub. */
export const HOST_RESOLVERS = ['/etc/resolv.conf', '/run/systemd/resolve/resolv.conf'] as const;

/** What a capsule's /etc/resolv.conf says, and what is wrong with it if anything is. */
export interface Resolver {
  readonly content: string;
  readonly problem?: string;
}

/**
 * The resolvers of the host as a capsule can use them: one that listens on the host's loopback is
 * out of a capsule's reach, so systemd's list of the servers behind its stub is taken instead.
 */
export async function findResolver([own, behind]: readonly [
  string,
  string,
] = HOST_RESOLVERS): Promise<Resolver> {
  const host = await textOf(own);
  if (reachableServers(host).length > 0) return { content: withoutLoopback(host) };
  const upstream = await textOf(behind);
  if (reachableServers(upstream).length > 0) return { content: withoutLoopback(upstream) };
  return {
    content: withoutLoopback(host),
    problem: 'the host resolves names only through its own loopback: names will not resolve inside',
  };
}

/** Addresses of name servers that are not on a loopback. */
export function reachableServers(text: string): readonly string[] {
  return text
    .split('\n')
    .map((line) => /^\s*nameserver\s+(\S+)/.exec(line)?.[1])
    .filter((address) => address !== undefined)
    .filter((address) => !/^(127\.|::1$)/.test(address));
}

function withoutLoopback(text: string): string {
  return text
    .split('\n')
    .filter((line) => !/^\s*nameserver\s+(127\.|::1\s*$)/.test(line))
    .join('\n');
}

async function textOf(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return '';
    throw cause;
  }
}
