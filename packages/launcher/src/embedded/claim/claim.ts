import { readdir, readFile, rename, rm } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { makeFolderAs, writeFileAs } from '@capsule/host';
import { hostPaths } from './host-paths.ts';
import type { Subnet } from './subnet.ts';

/** A published port that could not be opened on the host's 127.0.0.1. */
export interface PortProblem {
  readonly protocol: 'tcp' | 'udp';
  readonly port: number;
  readonly why: string;
}

/** The record of a capsule's launcher, which other programs read: `list`, `stop`, the next start. */
export interface Claim {
  readonly name: string;
  readonly stateDir: string;
  readonly socket: string;
  readonly subnet: Subnet;
  /** Directories of the rootfs in use; the cache must keep them. */
  readonly layers: readonly string[];
  readonly launchProgram: string;
  readonly launcherPid: number;
  /** PID 1 of the capsule as the host sees it; absent until it runs. */
  readonly pid?: number;
  readonly startedAt: string;
  /** Published ports that are not open on 127.0.0.1. */
  readonly portProblems?: readonly PortProblem[];
}

export async function writeClaim(claim: Claim): Promise<void> {
  const path = hostPaths(claim.name).claim;
  await makeFolderAs(dirname(path), 0o755);
  await writeFileAs(`${path}.new`, `${JSON.stringify(claim, null, 2)}\n`, 0o644);
  await rename(`${path}.new`, path);
}

/** Returns the claim of that name, whether its launcher lives or not. */
export async function readClaim(name: string): Promise<Claim | undefined> {
  try {
    return JSON.parse(await readFile(hostPaths(name).claim, 'utf8')) as Claim;
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw cause;
  }
}

/** Returns all claims, whether their launchers live or not. */
export async function readClaims(): Promise<readonly Claim[]> {
  const directory = dirname(hostPaths('any').claim);
  const files = await readdir(directory).catch((cause: NodeJS.ErrnoException) => {
    if (cause.code === 'ENOENT') return [];
    throw cause;
  });
  const names = files
    .filter((file) => file.endsWith('.json'))
    .map((file) => basename(file, '.json'));
  const claims = await Promise.all(names.map(readClaim));
  return claims.filter((claim) => claim !== undefined);
}

/** Returns the rootfs directories of every capsule that runs or has left something behind: for `buildRootfs`. */
export async function layersInUse(): Promise<readonly string[]> {
  return (await readClaims()).flatMap(({ layers }) => layers);
}

/** Idempotent. */
export async function removeClaim(name: string): Promise<void> {
  const { claim, pidFile, resolvConf } = hostPaths(name);
  for (const path of [pidFile, resolvConf, claim]) await rm(path, { force: true });
}
