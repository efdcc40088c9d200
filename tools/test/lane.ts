import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { run } from 'node:test';
import { spec } from 'node:test/reporters';

/** What came of a part of the tests. */
export interface LaneResult {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

/** Runs test files, each in a process of its own, and prints what they say. */
export async function runTests(
  files: readonly string[],
  options: { readonly concurrency: number; readonly timeoutMs: number },
): Promise<LaneResult> {
  const count = { passed: 0, failed: 0, skipped: 0 };
  const tests = run({
    files: [...files],
    concurrency: options.concurrency,
    timeout: options.timeoutMs,
  });
  // A suite is reported beside its tests: only these count, and what fails around them.
  tests.on('test:pass', ({ skip, details }) => {
    if (details.type === 'suite') return;
    if (skip === undefined || skip === false) count.passed += 1;
    else count.skipped += 1;
  });
  tests.on('test:fail', ({ details }) => {
    const isOnlyOfTests = failureType(details.error) === 'subtestsFailed';
    if (details.type !== 'suite' || !isOnlyOfTests) count.failed += 1;
  });
  const printed = tests.compose(spec);
  printed.pipe(process.stdout, { end: false });
  await once(printed, 'end');
  return count;
}

/** Why the runner calls it a failure; its types do not tell of this property. */
function failureType(error: Error): unknown {
  return 'failureType' in error ? error.failureType : undefined;
}

/** Runs a program that counts as one test: it passes when it ends with 0. */
export async function runProgram(command: string, args: readonly string[]): Promise<LaneResult> {
  const child = spawn(command, args, { stdio: 'inherit' });
  const [code] = await once(child, 'exit');
  const passed = code === 0;
  return { passed: passed ? 1 : 0, failed: passed ? 0 : 1, skipped: 0 };
}
