import { access } from 'node:fs/promises';
import { join } from 'node:path';

const release = join(import.meta.dirname, '..', 'target', 'release');

export const capsuleInit = join(release, 'capsule-init');
export const capsuleFiles = join(release, 'capsule-files');
export const capsuleLaunch = join(release, 'capsule-launch');
export const capsuleLog = join(release, 'capsule-log');

/** Why these tests cannot run here, as `skip` of node:test wants it; false when they can. */
export async function missing(...programs: string[]): Promise<string | false> {
  if (process.getuid?.() !== 0) return 'needs root';
  for (const program of programs) {
    const isThere = await access(program).then(
      () => true,
      () => false,
    );
    if (!isThere) return `${program} is missing: npm test -- rootfs builds it`;
  }
  return false;
}
