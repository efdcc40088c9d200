import { isCapsuleError } from '@capsule/core';
import { machineError } from './errors.ts';

/**
 * Runs what starts a virtual machine, and once more with another one when the kernel or the emulator of the first
 * crashed, and reports it. Any other failure, and a second crash, reaches the caller.
 */
export async function retryCrashed<T>(
  run: () => Promise<T>,
  say: (text: string) => void,
): Promise<T> {
  try {
    return await run();
  } catch (error) {
    if (!isCapsuleError(error) || error.code !== machineError.CRASHED.code) throw error;
    say(`${error.message}; it is started once more`);
    return run();
  }
}
