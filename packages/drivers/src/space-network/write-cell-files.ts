import { readFile } from 'node:fs/promises';
import type { CellFileNames, CellNetworkSpec, Dns } from '@capsule/core';
import { unlessMissing } from '@capsule/host';
import type { CellFiles } from './cell-files.ts';
import { planHostsFile } from './hosts-file.ts';
import { changeResolverFile, planResolverFile, type SpaceResolver } from './resolver-file.ts';

/** The sources of a cell's resolv.conf. */
export interface CellResolvers extends SpaceResolver {
  /** Path of the uplink's resolv.conf. */
  readonly uplink: string;
}

/** Writes the files of a cell, or corrects them. */
export async function writeCellFiles(
  files: CellFiles,
  spec: CellNetworkSpec,
  resolvers: CellResolvers,
): Promise<void> {
  const { key, hostname, dns = NO_CHANGE } = spec;
  await files.write(key, 'hosts', planHostsFile(spec));
  await files.write(key, 'hostname', `${hostname}\n`);
  // Kept beside its result: the uplink may change while no attach runs.
  await files.write(key, 'dns', JSON.stringify(dns));
  await files.write(key, 'resolv.conf', changeResolverFile(await resolverFile(resolvers), dns));
}

/** Whether the files of a cell have the names of its spec. */
export async function hasCellFiles(
  files: CellFiles,
  spec: Pick<CellNetworkSpec, 'key' | 'address'> & CellFileNames,
): Promise<boolean> {
  const { key, hostname, dns = NO_CHANGE } = spec;
  const [hosts, name, stored] = await Promise.all([
    files.read(key, 'hosts'),
    files.read(key, 'hostname'),
    files.read(key, 'dns'),
  ]);
  if (hosts !== planHostsFile(spec) || name !== `${hostname}\n`) return false;
  return stored === JSON.stringify(dns);
}

/** Updates a cell's resolv.conf from the uplink's resolvers; a cell without files gets none. */
export async function refreshResolvers(
  files: CellFiles,
  key: string,
  resolvers: CellResolvers,
): Promise<void> {
  if ((await files.read(key, 'resolv.conf')) === undefined) return;
  const dns = specifiedDns((await files.read(key, 'dns')) ?? '');
  await files.write(key, 'resolv.conf', changeResolverFile(await resolverFile(resolvers), dns));
}

/** A file that is empty or cut short is left over from a killed capsuled; the next attach repairs it. */
function specifiedDns(stored: string): Dns {
  try {
    return JSON.parse(stored) as Dns;
  } catch (failure) {
    if (failure instanceof SyntaxError) return NO_CHANGE;
    throw failure;
  }
}

const NO_CHANGE: Dns = { nameservers: [], searches: [], options: [] };

/** Returns the text of a resolv.conf that leads to the responder. */
export async function resolverFile({ uplink, ...space }: CellResolvers): Promise<string> {
  return planResolverFile(await readUplink(uplink), space);
}

/** A capsule without an uplink has no such file. */
async function readUplink(resolvConf: string): Promise<string> {
  return (await unlessMissing(readFile(resolvConf, 'utf8'))) ?? '';
}
