import assert from 'node:assert/strict';
import { setTimeout as delay } from 'node:timers/promises';
import { isCapsuleError } from '@capsule/core';
import type { Random } from '../lab/random.ts';
import { leftovers, monitors } from './leftovers.ts';
import { pushImage } from './push-image.ts';
import type { Rounds } from './rounds.ts';
import { runIn } from './run-in.ts';
import type { VmSetting } from './vm-setting.ts';
import { applyVm, remove, untilReady } from './workload.ts';

const IMAGE = 'killed:1';
const VOLUME = 'killed';
const NAME = 'killed';
const STAY = 'while :; do sleep 1; done';
const STARTS_WITHIN_MS = 2_500;
const STOPS_WITHIN_MS = 600;

/**
 * Kills capsuled at a random moment of the start of a microVM, and again during its stop. Each time, exactly
 * one machine exists and its data is present. After the delete, the list of objects must be the same as
 * before.
 */
export async function killAmid(
  { setting, backend, random, rounds, say }: Rounds,
  look = () => leftovers(setting),
): Promise<void> {
  const { workload, volume } = setting.client;
  const mounts = [{ volumeName: VOLUME, mountPath: '/data' }];
  const spec = { backend, image: IMAGE, mounts, stopGraceSeconds: 1 };
  await pushImage(setting, IMAGE, STAY);
  const clean = await look();
  await volume.create({ name: VOLUME, sizeMib: 32n });
  for (let round = 0; round < rounds; round += 1) {
    await applyVm(setting, NAME, spec);
    const startMs = await killWithin(setting, random, STARTS_WITHIN_MS);
    await applyVm(setting, NAME, spec);
    await untilReady(setting, NAME);
    const { stdout } = await runIn(setting, NAME, `cat /data/round; echo ${round} > /data/round`);
    assert.equal(stdout, round === 0 ? '' : `${round - 1}\n`);
    assert.equal((await monitors(setting)).length, 1);
    const isDeleted = round % 2 === 0;
    const ending = isDeleted ? remove(setting, NAME) : workload.stop({ name: NAME });
    const over = ending.catch((error: unknown) => error);
    const endMs = await killWithin(setting, random, STOPS_WITHIN_MS);
    await over;
    await remove(setting, NAME).catch(unlessGone);
    say(`${round + 1}: killed ${startMs} ms after apply, ${endMs} ms after its end was asked for`);
  }
  await volume.delete({ name: VOLUME, force: true });
  assert.deepEqual(await look(), clean);
}

/** Kills it at a random moment, and returns that moment. */
async function killWithin(setting: VmSetting, random: Random, withinMs: number): Promise<number> {
  const afterMs = random.below(withinMs * setting.slowness);
  await delay(afterMs);
  await setting.killCapsuled();
  return afterMs;
}

function unlessGone(error: unknown): void {
  if (!isCapsuleError(error) || error.code !== 'WORKLOAD_NOT_FOUND') throw error;
}
