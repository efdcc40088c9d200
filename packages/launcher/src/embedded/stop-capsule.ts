import { isCapsuleError } from '@capsule/core';
import { lockFile, lockFileError, signalProcess } from '@capsule/host';
import { awaitPowerOff } from './await-power-off.ts';
import { readClaim } from './claim/claim.ts';
import { hostPaths } from './claim/host-paths.ts';
import { clearRemains } from './clear-remains.ts';

/** Longer than a launcher waits for PID 1. */
const PATIENCE_MS = 100_000;
const SLACK_MS = 60_000;

/**
 * Asks the launcher of a capsule to stop it, waits until all of it is gone, and removes what a dead
 * launcher left. Returns false when there was nothing to stop. State stays. Idempotent.
 */
export async function stopCapsule(name: string): Promise<boolean> {
  const claim = await readClaim(name);
  if (claim === undefined) return false;
  const { lock, runDir } = hostPaths(name);
  const running = await isHeld(lock);
  if (running) signalProcess(claim.launcherPid, 'SIGTERM');
  // A launcher that takes too long is killed below, and the kernel ends the capsule with it.
  const locked = lockFile(lock, { wait: true });
  const isOver = locked.then(() => undefined);
  const hasEnded = await awaitPowerOff(isOver, {
    runDir,
    graceMs: PATIENCE_MS,
    slackMs: SLACK_MS,
  });
  if (!hasEnded && running) signalProcess(claim.launcherPid, 'SIGKILL');
  await using _lock = await locked;
  await clearRemains(name, claim.launchProgram);
  return true;
}

/** True while the launcher of that capsule lives. */
export async function isRunning(name: string): Promise<boolean> {
  return isHeld(hostPaths(name).lock);
}

async function isHeld(path: string): Promise<boolean> {
  try {
    await using _lock = await lockFile(path, { wait: false });
    return false;
  } catch (error) {
    if (isCapsuleError(error) && error.code === lockFileError.HELD.code) return true;
    throw error;
  }
}
