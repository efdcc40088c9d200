import type { RunResult } from '@capsule/host';
import type { Lab } from '@capsule/testkit';

/**
 * Runs a program in the mounts and the network of process `pid` of the lab, which goes while
 * capsuled is away too. Fails if its exit code is not 0.
 */
export async function enter(lab: Lab, pid: number, ...argv: readonly string[]): Promise<RunResult> {
  return lab.exec(['nsenter', '--mount', '--net', '--root', '--target', String(pid), ...argv]);
}
