import { readFile } from 'node:fs/promises';
import type { CellNetworkSpec, Dns } from '@capsule/core';
import { unlessMissing } from '@capsule/host';
import type { CellFiles } from './cell-files.ts';
import { planHostsFile } from './hosts-file.ts';
import { changeResolverFile, planResolverFile } from './resolver-file.ts';

/** What a cell's resolv.conf is made from. */
export interface CellResolvers {
  /** Path of the uplink's resolv.conf. */
  readonly uplink: string;
  /** Address of the capsule's responder. */
  readonly responder: string;
}

/** Makes or corrects the files of a cell. */
export async function writeCellFiles(
  files: CellFiles,
  spec: CellNetworkSpec,
  resolvers: CellResolvers,
): Promise<void> {
  const { key, hostname, dns = NO_CHANGE } = spec;
  await files.write(key, 'hosts', planHostsFile(spec));
  await files.write(key, 'hostname', `${hostname}\n`);
  // Kept beside its result: the uplink may change while nobody asks for an attach.
  await files.write(key, 'dns', JSON.stringify(dns));
  await files.write(key, 'resolv.conf', changeResolverFile(await resolverFile(resolvers), dns));
}

/** Tells a cell of the uplink's resolvers of now; a cell without files stays without. */
export async function refreshResolvers(
  files: CellFiles,
  key: string,
  resolvers: CellResolvers,
): Promise<void> {
  if ((await files.read(key, 'resolv.conf')) === undefined) return;
  const dns = specifiedDns((await files.read(key, 'dns')) ?? '');
  await files.write(key, 'resolv.conf', changeResolverFile(await resolverFile(resolvers), dns));
}

/** Empty, or cut short, is what a capsuled left that was killed at it: the next attach mends it. */
function specifiedDns(stored: string): Dns {
  try {
    return JSON.parse(stored) as Dns;
  } catch (failure) {
    if (failure instanceof SyntaxError) return NO_CHANGE;
    throw failure;
  }
}

const NO_CHANGE: Dns = { nameservers: [], searches: [], options: [] };

/** The text of a resolv.conf that leads to the responder. */
export async function resolverFile({ uplink, responder }: CellResolvers): Promise<string> {
  return planResolverFile(await readUplink(uplink), responder);
}

/** A capsule without an uplink has no such file. */
async function readUplink(resolvConf: string): Promise<string> {
  return (await unlessMissing(readFile(resolvConf, 'utf8'))) ?? '';
}
