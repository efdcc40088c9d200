import type { Context } from '../../program/context/context.ts';
import { Absence } from './absence.ts';

/**
 * Does idempotent work, again if the capsule went away in the middle of it, for up to 30 s. A capsule
 * that cannot be reached in the first place is an error at once; the work calls `reached` when it has answered.
 */
export async function retryWhileAway<T>(
  work: (reached: () => void) => Promise<T>,
  { now, signal }: Pick<Context, 'now' | 'signal'>,
): Promise<T> {
  const absence = new Absence(now);
  for (;;) {
    try {
      return await work(() => absence.end());
    } catch (error) {
      signal.throwIfAborted();
      absence.note(error);
    }
    await absence.pause(signal);
  }
}
