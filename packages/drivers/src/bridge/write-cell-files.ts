import { readFile } from 'node:fs/promises';
import type { CellNetworkSpec } from '@capsule/core';
import type { CellFiles } from './cell-files.ts';
import { planHostsFile } from './hosts-file.ts';
import { planResolverFile } from './resolver-file.ts';

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
  { key, hostname, address }: CellNetworkSpec,
  resolvers: CellResolvers,
): Promise<void> {
  await files.write(key, 'hosts', planHostsFile(hostname, address));
  await files.write(key, 'hostname', `${hostname}\n`);
  await files.write(key, 'resolv.conf', await resolverFile(resolvers));
}

/** Tells a cell of the uplink's resolvers of now; a cell without files stays without. */
export async function refreshResolvers(
  files: CellFiles,
  key: string,
  resolvers: CellResolvers,
): Promise<void> {
  if ((await files.read(key, 'resolv.conf')) === undefined) return;
  await files.write(key, 'resolv.conf', await resolverFile(resolvers));
}

async function resolverFile({ uplink, responder }: CellResolvers): Promise<string> {
  return planResolverFile(await readUplink(uplink), responder);
}

/** A capsule without an uplink has no such file. */
async function readUplink(resolvConf: string): Promise<string> {
  try {
    return await readFile(resolvConf, 'utf8');
  } catch (failure) {
    if ((failure as NodeJS.ErrnoException).code === 'ENOENT') return '';
    throw failure;
  }
}
