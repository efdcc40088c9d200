import { join } from 'node:path';
import { buildOs, type OperatingSystem, type Profile, vmProfile } from '@capsule/imager';
import { layersInUse } from '../embedded/claim/claim.ts';

/** The checkout. */
const REPOSITORY = join(import.meta.dirname, '../../../..');

interface SystemWords {
  /** Absent: that of the checkout. */
  readonly version?: string;
  readonly profile?: Profile;
}

/** Builds the operating system for virtual machines, with progress on stderr. */
export function buildSystem({
  version,
  profile = vmProfile,
}: SystemWords = {}): Promise<OperatingSystem> {
  return buildOs({
    ...(version !== undefined && { version }),
    repository: REPOSITORY,
    cacheDir: process.env['CAPSULE_CACHE'] ?? '/var/cache/capsule',
    profile,
    env: process.env,
    progress: (line) => void process.stderr.write(`${line}\n`),
    layersInUse,
  });
}
