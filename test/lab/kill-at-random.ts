import { setTimeout as delay } from 'node:timers/promises';
import { isCapsuleError } from '@capsule/core';
import type { Lab } from '@capsule/testkit';
import { Random } from './random.ts';

/** The longest pause between an answer of the API and the next kill: about the time of one apply. */
const LONGEST_PAUSE_MS = 300;

/**
 * Kills capsuled at times that depend on the seed: mostly some time after its API answers, and every fourth
 * time once more during its start. Returns the time of each restart.
 */
export async function killAtRandom(
  lab: Lab,
  { seed, kills }: { readonly seed: number; readonly kills: number },
): Promise<readonly number[]> {
  const random = new Random(seed);
  const back: number[] = [];
  for (let done = 0; done < kills; done += 1) {
    await delay(random.below(LONGEST_PAUSE_MS));
    if (!(await killed(lab))) {
      done -= 1;
      continue;
    }
    const killedAt = performance.now();
    if (random.below(4) === 0) continue;
    await lab.ready();
    back.push(performance.now() - killedAt);
  }
  return back;
}

/** False until PID 1 has restarted it. */
async function killed(lab: Lab): Promise<boolean> {
  try {
    await lab.killCapsuled();
    return true;
  } catch (error) {
    if (isCapsuleError(error) && error.code === 'LAB_NO_PROCESS') return false;
    throw error;
  }
}
