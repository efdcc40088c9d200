import { isCapsuleError } from '@capsule/core';
import { giveUpTrial } from './boot/give-up-trial.ts';
import { prepareStorage } from './storage/prepare-storage.ts';
import { reportBoot } from './storage/report-boot.ts';

/**
 * Run by PID 1. `machine.cjs prepare-storage`: at each boot, before the services. `machine.cjs give-up REASON`: on a
 * system on trial whose control plane is silent.
 */
const say = (text: string) => void process.stderr.write(`storage: ${text}\n`);

void main(process.argv.slice(2));

/** A function, not a top-level await: the bundle that ships is CommonJS. */
async function main([verb, reason = '']: readonly string[]): Promise<void> {
  try {
    if (verb === 'give-up') await giveUpTrial(reason);
    else await reportBoot(await prepareStorage(say), say);
  } catch (error) {
    if (!isCapsuleError(error)) throw error;
    say([error.message, error.why, error.hint].filter(Boolean).join('; '));
    process.exitCode = 1;
  }
}
