import { isCapsuleError } from '@capsule/core';
import { machineError } from './errors.ts';

/**
 * Runs what starts a virtual machine, and once more with another one when the kernel or the emulator of the first
 * crashed. Says so. Whatever else fails, and a second crash, is the caller's.
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
