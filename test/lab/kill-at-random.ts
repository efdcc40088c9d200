import { setTimeout as delay } from 'node:timers/promises';
import { isCapsuleError } from '@capsule/core';
import type { Lab } from '@capsule/testkit';
import { Random } from './random.ts';

/** The longest pause between the API's answer and the next kill; about what one apply takes. */
const LONGEST_PAUSE_MS = 300;

/**
 * Kills capsuled at moments that the seed chooses: mostly some time after it answered, and every
 * fourth time once more while it starts. Answers how long it took to come back, each time.
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

/** False while PID 1 has yet to start it again. */
async function killed(lab: Lab): Promise<boolean> {
  try {
    await lab.killCapsuled();
    return true;
  } catch (error) {
    if (isCapsuleError(error) && error.code === 'LAB_NO_PROCESS') return false;
    throw error;
  }
}
