import type { CapsuleError } from '@capsule/core';
import { programError } from './errors.ts';

/** runc (libcontainer's init_linux.go, `finalizeNamespace`) and crun (utils.c, `safe_chdir`). */
const REPORTS = [
  /chdir to cwd \("([^"]+)"\) set in config\.json failed: ([^:;]+)/,
  /chdir to `([^`]+)`: ([^:;]+)/,
];

/** The error of a runtime that could not enter the working directory of a process; else undefined. Pure. */
export function describeWorkingDir(
  container: string,
  said: string,
  cause: unknown,
): CapsuleError | undefined {
  for (const report of REPORTS) {
    const [, folder, reason] = report.exec(said) ?? [];
    if (folder === undefined || reason === undefined) continue;
    const facts = { container, folder, reason: reason.trim().toLowerCase() };
    return programError.WORKING_DIR_UNUSABLE(facts, cause);
  }
  return undefined;
}
