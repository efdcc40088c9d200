import { access } from 'node:fs/promises';
import { run } from '@capsule/host';

/** How this machine reaches a Debian archive. */
export interface DebianArchive {
  readonly mirror: string;
  /** Keyring files that apt is to trust; the archive's own keys. */
  readonly keyrings: readonly string[];
  /** Lines of apt configuration that the host uses to get through (proxies, relaxed dates). */
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
  return {
    mirror: override ?? mirrorFrom(targets.stdout) ?? DEFAULT_MIRROR,
    keyrings: await existing(KEYRINGS),
    aptOptions: aptOptionsFrom(config.stdout),
  };
}

/** The main Debian archive among apt's index targets, or undefined. */
export function mirrorFrom(indexTargets: string): string | undefined {
  for (const line of indexTargets.split('\n')) {
    const [origin, uri] = line.split(' ');
    if (origin === 'Debian' && uri !== undefined && /^https?:/.test(uri)) {
      if (!/security|backports/.test(uri)) return uri.replace(/\/+$/, '');
    }
  }
  return undefined;
}

/** The lines of `apt-config dump` that matter for reaching an archive, as apt options. */
export function aptOptionsFrom(dump: string): readonly string[] {
  return dump
    .split('\n')
    .filter((line) => CARRIED.test(line))
    .map((line) => line.replace(/;$/, ''));
}

async function existing(paths: readonly string[]): Promise<string[]> {
  const found = await Promise.all(
    paths.map((path) =>
      access(path).then(
        () => path,
        () => undefined,
      ),
    ),
  );
  return found.filter((path) => path !== undefined);
}
