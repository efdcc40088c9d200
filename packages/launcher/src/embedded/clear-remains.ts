import { rm } from 'node:fs/promises';
import { lockFile, run } from '@capsule/host';
import { removeClaim } from './claim/claim.ts';
import { hostNames } from './claim/host-names.ts';
import { hostPaths, NETWORK_LOCK } from './claim/host-paths.ts';
import { disconnectNetwork } from './network/host-network.ts';

/**
 * Removes everything of a capsule that is not its state: processes, cgroups, network, run
 * directory, claim. Every clean-up goes through it: after a clean stop, after a crash
 * and before a start. Idempotent. The caller holds the capsule's lock.
 */
export async function clearRemains(name: string, launchProgram: string): Promise<void> {
  const names = hostNames(name);
  await run(launchProgram, ['--clean-cgroup', names.cgroup]);
  await disconnectNetwork(names);
  await rm(hostPaths(name).runDir, { recursive: true, force: true });
  await using _lock = await lockFile(NETWORK_LOCK, { wait: true });
  await removeClaim(name);
}
