import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { exists, run } from '@capsule/host';

/** How this machine reaches a Debian archive. */
export interface DebianArchive {
  readonly mirror: string;
  /** The keyring files with the keys of the archive, which apt trusts. */
  readonly keyrings: readonly string[];
  /** Lines of the host's apt configuration that the access needs (proxies, relaxed date checks). */
  readonly aptOptions: readonly string[];
}

const DEFAULT_MIRROR = 'http://deb.debian.org/debian';
const KEYRINGS = [
  '/usr/share/keyrings/debian-archive-keyring.pgp',
  '/usr/share/keyrings/debian-archive-keyring.gpg',
];
const CARRIED = /^Acquire::(http|https|Check-Valid-Until|Check-Date|Retries|ForceIPv4)/;

/**
 * Reads the machine's own apt configuration. On a machine that is not Debian the public mirror is
 * used; `override` (a URI) wins over both.
 */
export async function findDebianArchive(override: string | undefined): Promise<DebianArchive> {
  const [targets, config] = await Promise.all([
    run('apt-get', ['indextargets', '--format', '$(ORIGIN) $(REPO_URI)']),
    run('apt-config', ['dump', 'Acquire']),
  ]);
  const found = mirrorFrom(targets.stdout) ?? mirrorFromSources(await aptSources());
  return {
    mirror: override ?? found ?? DEFAULT_MIRROR,
    keyrings: await existing(KEYRINGS),
    aptOptions: aptOptionsFrom(config.stdout),
  };
}

/** Returns the main Debian archive among apt's index targets, or undefined. */
export function mirrorFrom(indexTargets: string): string | undefined {
  for (const line of indexTargets.split('\n')) {
    const [origin, uri] = line.split(' ');
    if (origin === 'Debian' && uri !== undefined && /^https?:/.test(uri)) {
      if (!/security|backports/.test(uri)) return uri.replace(/\/+$/, '');
    }
  }
  return undefined;
}

/**
 * Returns the main Debian archive among apt's source files, one-line style or deb822. Needed where the
 * package lists were thrown away, as container images do: apt then knows no origins.
 */
export function mirrorFromSources(sources: string): string | undefined {
  const active = sources.split('\n').filter((line) => !line.trimStart().startsWith('#'));
  const uris = active
    .filter((line) => /^(deb\s|URIs:)/i.test(line))
    .flatMap((line) => line.match(/https?:\/\/\S+/g) ?? []);
  return uris.map((uri) => uri.replace(/\/+$/, '')).find((uri) => uri.endsWith('/debian'));
}

async function aptSources(): Promise<string> {
  const parts = await readdir('/etc/apt/sources.list.d').catch(ignoreMissing);
  const paths = (parts ?? [])
    .filter((name) => /\.(list|sources)$/.test(name))
    .map((name) => join('/etc/apt/sources.list.d', name));
  const texts = ['/etc/apt/sources.list', ...paths].map((path) =>
    readFile(path, 'utf8').catch(ignoreMissing),
  );
  return (await Promise.all(texts)).join('\n');
}

function ignoreMissing(cause: NodeJS.ErrnoException): undefined {
  if (cause.code !== 'ENOENT') throw cause;
}

/** The lines of `apt-config dump` that matter for reaching an archive, as apt options. */
export function aptOptionsFrom(dump: string): readonly string[] {
  return dump
    .split('\n')
    .filter((line) => CARRIED.test(line))
    .map((line) => line.replace(/;$/, ''));
}

async function existing(paths: readonly string[]): Promise<string[]> {
  const found = await Promise.all(paths.map(async (path) => ((await exists(path)) ? [path] : [])));
  return found.flat();
}
