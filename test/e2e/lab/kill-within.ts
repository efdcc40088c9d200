import { setTimeout as delay } from 'node:timers/promises';
import type { Lab } from '@capsule/testkit';
import type { Random } from './random.ts';

/** Kills capsuled once, at a moment that chance chooses, and resolves when it answers again. */
export async function killWithin(lab: Lab, random: Random, withinMs: number): Promise<void> {
  await delay(random.below(withinMs));
  await lab.killCapsuled();
  await lab.ready();
}
