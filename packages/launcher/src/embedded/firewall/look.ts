import { readFile } from 'node:fs/promises';
import { run } from '@capsule/host';
import type { Packet } from './packet.ts';
import { dropsInIptables } from './read-iptables.ts';
import { dropsInNft } from './read-nft.ts';

/** Has a line for each table in use; absent until the older packet filter is used. */
const LEGACY_TABLES = '/proc/net/ip_tables_names';

/** The chains of the host's firewall that keep a packet from being forwarded, by name. */
export async function lookForDrops(packet: Packet): Promise<readonly string[]> {
  const [{ stdout }, legacy] = await Promise.all([
    run('nft', ['-j', '-t', 'list', 'ruleset']),
    legacyRules(),
  ]);
  const older = dropsInIptables(legacy, packet) ? ['iptables-legacy FORWARD'] : [];
  return [...dropsInNft(stdout, packet), ...older];
}

/** Listing a table creates it, so only existing tables are listed. */
async function legacyRules(): Promise<string> {
  const tables = await readFile(LEGACY_TABLES, 'utf8').catch((cause: NodeJS.ErrnoException) => {
    if (cause.code !== 'ENOENT' && cause.code !== 'EACCES') throw cause;
    return '';
  });
  if (!tables.split('\n').includes('filter')) return '';
  const { stdout } = await run('iptables-legacy', ['-w', '-S']).catch((cause: unknown) => {
    // The host has the tables and not the program: another system on it made them.
    if ((cause as { code?: string }).code !== 'PROCESS_NOT_STARTED') throw cause;
    return { stdout: '' };
  });
  return stdout;
}
