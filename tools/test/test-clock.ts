import type { TimedTest } from './lane.ts';

/** Of an event `test:pass` or `test:fail` of node:test. */
export interface TestEnd {
  readonly name: string;
  readonly nesting: number;
  readonly file?: string | undefined;
  readonly details: { readonly duration_ms: number; readonly type?: string | undefined };
}

/** Collects how long tests took. A suite is not a test, and a test within a test is part of that. */
export class TestClock {
  /** Of each file: tests within tests are reported just before the one that they are part of. */
  readonly #byFile = new Map<string, (TimedTest & { nesting: number })[]>();

  note({ name, nesting, file = '', details }: TestEnd): void {
    const tests = this.#byFile.get(file) ?? [];
    this.#byFile.set(file, tests);
    if (details.type === 'suite') {
      // Its tests stand for themselves.
      for (const test of tests) test.nesting = Math.min(test.nesting, nesting);
      return;
    }
    while ((tests.at(-1)?.nesting ?? 0) > nesting) tests.pop();
    tests.push({ file, name, nesting, seconds: details.duration_ms / 1000 });
  }

  get tests(): readonly TimedTest[] {
    return [...this.#byFile.values()].flat().map(({ nesting: _, ...test }) => test);
  }
}
