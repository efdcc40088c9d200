import { readFile } from 'node:fs/promises';
import type { CellNetworkSpec } from '@capsule/core';
import type { CellFiles } from './cell-files.ts';
import { planHostsFile } from './hosts-file.ts';
import { planResolverFile } from './resolver-file.ts';

/** Makes or corrects the files of a cell. `resolvConf` is the path of the uplink's resolvers. */
export async function writeCellFiles(
  files: CellFiles,
  { key, hostname, address }: CellNetworkSpec,
  resolvConf: string,
): Promise<void> {
  await files.write(key, 'hosts', planHostsFile(hostname, address));
  await files.write(key, 'hostname', `${hostname}\n`);
  await files.write(key, 'resolv.conf', planResolverFile(await readUplink(resolvConf)));
}

/** Tells a cell of the uplink's resolvers of now; a cell without files stays without. */
export async function refreshResolvers(
  files: CellFiles,
  key: string,
  resolvConf: string,
): Promise<void> {
  if ((await files.read(key, 'resolv.conf')) === undefined) return;
  await files.write(key, 'resolv.conf', planResolverFile(await readUplink(resolvConf)));
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
