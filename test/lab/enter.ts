import type { RunResult } from '@capsule/host';
import type { Lab } from '@capsule/testkit';

/**
 * Runs a program in the mount and network namespaces of process `pid` of the lab. This also works while
 * capsuled is down. Throws if the exit code is not 0.
 */
export async function enter(lab: Lab, pid: number, ...argv: readonly string[]): Promise<RunResult> {
  return lab.exec(['nsenter', '--mount', '--net', '--root', '--target', String(pid), ...argv]);
}
