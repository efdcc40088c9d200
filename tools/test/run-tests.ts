import { once } from 'node:events';
import { relative } from 'node:path';
import { run } from 'node:test';
import { spec } from 'node:test/reporters';
import type { LaneResult } from './lane.ts';
import { TestClock } from './test-clock.ts';
import type { Print } from './transcript.ts';

export interface TestRun {
  readonly files: readonly string[];
  /** How many files run at a time. */
  readonly concurrency: number;
  /** For each file. */
  readonly timeoutMs: number;
}

/** Runs test files, each in a process of its own, and prints their results. */
export async function runTests(
  { files, concurrency, timeoutMs }: TestRun,
  print: Print,
): Promise<LaneResult> {
  const count = { passed: 0, failed: 0, skipped: 0 };
  const clock = new TestClock();
  // A thread of V8 may hold up the exit of a process for ever: nodejs/node#54918.
  const execArgv = ['--single-threaded'];
  const tests = run({ files: [...files], concurrency, timeout: timeoutMs, execArgv });
  // node:test reports a suite and its tests: only the tests count, and failures around them.
  tests.on('test:pass', (event) => {
    clock.note(event);
    const { skip, details } = event;
    if (details.type === 'suite') return;
    if (skip === undefined || skip === false) count.passed += 1;
    else count.skipped += 1;
  });
  tests.on('test:fail', (event) => {
    clock.note(event);
    const isOnlyOfTests = failureType(event.details.error) === 'subtestsFailed';
    if (event.details.type !== 'suite' || !isOnlyOfTests) count.failed += 1;
  });
  const printed = tests.compose(spec);
  printed.on('data', (text: unknown) => print(String(text)));
  await once(printed, 'end');
  const timed = clock.tests.map((test) => ({ ...test, file: relative(process.cwd(), test.file) }));
  return { ...count, tests: timed };
}

/** Why the runner calls it a failure; its types do not have this property. */
function failureType(error: Error): unknown {
  return 'failureType' in error ? error.failureType : undefined;
}
