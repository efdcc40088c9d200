import { isCapsuleError } from '@capsule/core';
import { giveUpTrial } from './boot/give-up-trial.ts';
import { PermProblem } from './storage/perm-problem.ts';
import { prepareMachine } from './storage/prepare-machine.ts';
import { preparePerm } from './storage/prepare-perm.ts';
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
  const failures = verb === 'give-up' ? await giveUp(reason) : await prepare();
  failures.forEach(complain);
}

function prepare(): Promise<readonly unknown[]> {
  return prepareMachine({
    storage: () => prepareStorage(say),
    report: (disk) => reportBoot(disk, say),
    perm: preparePerm,
    problem: new PermProblem(),
  });
}

async function giveUp(reason: string): Promise<readonly unknown[]> {
  const [outcome] = await Promise.allSettled([giveUpTrial(reason)]);
  return outcome.status === 'rejected' ? [outcome.reason] : [];
}

function complain(error: unknown): void {
  process.exitCode = 1;
  if (!isCapsuleError(error)) throw error;
  say([error.message, error.why, error.hint].filter(Boolean).join('; '));
}
