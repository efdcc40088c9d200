import { type Claim, readClaims } from './claim/claim.ts';
import { isRunning } from './stop-capsule.ts';

export interface ListedCapsule extends Claim {
  /** False: its launcher died, and the next start or stop will clear what it left. */
  readonly running: boolean;
}

/** The embedded capsules of this machine, by name. */
export async function listCapsules(): Promise<readonly ListedCapsule[]> {
  const claims = await readClaims();
  const listed = await Promise.all(
    claims.map(async (claim) => ({ ...claim, running: await isRunning(claim.name) })),
  );
  return listed.sort((a, b) => (a.name < b.name ? -1 : 1));
}
