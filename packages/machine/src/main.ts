import { isCapsuleError } from '@capsule/core';
import { prepareStorage } from './storage/prepare-storage.ts';
import { reportBoot } from './storage/report-boot.ts';

/** `machine.cjs prepare-storage`: run by PID 1 at each boot, before the services. */
const say = (text: string) => void process.stderr.write(`storage: ${text}\n`);

void main();

/** A function, not a top-level await: the bundle that ships is CommonJS. */
async function main(): Promise<void> {
  try {
    await reportBoot(await prepareStorage(say));
  } catch (error) {
    if (!isCapsuleError(error)) throw error;
    say([error.message, error.why, error.hint].filter(Boolean).join('; '));
    process.exitCode = 1;
  }
}
