import type { RunOptions, RunResult } from '@capsule/host';
import type { Lab } from '@capsule/testkit';

/** Runs capsulectl in a lab; unlike the lab's own, it fails for exit codes that were not allowed. */
export function capsulectl(
  lab: Lab,
  args: readonly string[],
  options: RunOptions = {},
): Promise<RunResult> {
  return lab.capsulectlWith({ allow: [0], ...options }, ...args);
}

/** Where this machine sees a path of the capsule. Nothing may follow links on the way. */
export function pathOf(lab: Lab, path: string): string {
  return `/proc/${lab.pid}/root${path}`;
}
