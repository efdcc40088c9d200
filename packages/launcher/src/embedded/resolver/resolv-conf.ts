import { readFile } from 'node:fs/promises';
import type { HostProblem } from '@capsule/core';
import { hostError, problemOf } from '../host-errors.ts';

/** The files in which the host names its resolvers: its own, and systemd's list of those behind its stub. */
export const HOST_RESOLVERS = ['/etc/resolv.conf', '/run/systemd/resolve/resolv.conf'] as const;

/** The content of a capsule's /etc/resolv.conf, and its problem if it has one. */
export interface Resolver {
  readonly content: string;
  readonly problem?: HostProblem;
}

/**
 * Returns the host's resolvers that a capsule can use, over IPv4. One on the host's loopback is out of its
 * reach: systemd's list of the servers behind its stub is taken instead. A file that is missing or cannot be
 * read names no server.
 */
export async function findResolver([own, behind]: readonly [
  string,
  string,
] = HOST_RESOLVERS): Promise<Resolver> {
  const [host, upstream] = await Promise.all([textOf(own), textOf(behind)]);
  for (const { text } of [host, upstream]) {
    if (reachableServers(text).length > 0) return { content: onlyReachable(text) };
  }
  const found = describeServers(own, host);
  return {
    content: onlyReachable(host.text),
    problem: problemOf(hostError.RESOLVERS_UNREACHABLE({ found })),
  };
}

/** Returns the addresses of name servers that a capsule can ask. */
export function reachableServers(text: string): readonly string[] {
  return serversOf(text).filter(isReachable);
}

function serversOf(text: string): readonly string[] {
  return text.split('\n').flatMap((line) => /^\s*nameserver\s+(\S+)/.exec(line)?.[1] ?? []);
}

/** `0.0.0.0` is the host itself. */
function isReachable(address: string): boolean {
  return /^\d+\.\d+\.\d+\.\d+$/.test(address) && !/^(127|0)\./.test(address);
}

/** A query to an unreachable server would only time out. */
function onlyReachable(text: string): string {
  return text
    .split('\n')
    .filter((line) => serversOf(line).every(isReachable))
    .join('\n');
}

function describeServers(path: string, { text, failure }: TextSeen): string {
  if (failure !== undefined) return `${path} cannot be read (${failure})`;
  const servers = serversOf(text);
  return servers.length === 0 ? `${path} names no server` : `${path} names ${servers.join(', ')}`;
}

interface TextSeen {
  readonly text: string;
  /** The code of the error of reading it. */
  readonly failure?: string;
}

async function textOf(path: string): Promise<TextSeen> {
  try {
    return { text: await readFile(path, 'utf8') };
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (code === undefined) throw cause;
    return { text: '', failure: code };
  }
}
