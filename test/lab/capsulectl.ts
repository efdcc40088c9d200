import type { RunOptions, RunResult } from '@capsule/host';
import type { Lab } from '@capsule/testkit';

/** Runs capsulectl in a lab. Throws for exit codes that are not allowed. */
export function capsulectl(
  lab: Lab,
  args: readonly string[],
  options: RunOptions = {},
): Promise<RunResult> {
  return lab.capsulectlWith({ allow: [0], ...options }, ...args);
}

/** The path on this machine of a path of the capsule. Callers must not follow links in it. */
export function pathOf(lab: Lab, path: string): string {
  return `/proc/${lab.pid}/root${path}`;
}
