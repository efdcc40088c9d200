import type { PermProblem } from './perm-problem.ts';
import type { PermPlace } from './prepare-perm.ts';
import type { BootDisk, Storage } from './prepare-storage.ts';

export interface MachineParts {
  readonly storage: () => Promise<Storage>;
  readonly report: (disk: BootDisk) => Promise<void>;
  readonly perm: (place: PermPlace) => Promise<void>;
  readonly problem: PermProblem;
}

/**
 * Prepares the disk for capsuled, and returns every failure. A machine without its ESP still has its data, and one
 * without its data can still say so, reboot, and go back to the other slot.
 */
export async function prepareMachine(parts: MachineParts): Promise<readonly unknown[]> {
  const { problem } = parts;
  problem.set('it was not prepared');
  try {
    const { disk, perm } = await parts.storage();
    const outcomes = await Promise.allSettled([parts.perm(perm), parts.report(disk)]);
    const [prepared] = outcomes;
    if (prepared.status === 'fulfilled') problem.clear();
    else problem.set(describe(prepared.reason));
    return outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason] : []));
  } catch (failure) {
    problem.set(describe(failure));
    return [failure];
  }
}

function describe(failure: unknown): string {
  return failure instanceof Error ? failure.message : String(failure);
}
