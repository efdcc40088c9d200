import type { Print } from './transcript.ts';

/** A test that took its time. */
export interface TimedTest {
  readonly file: string;
  readonly name: string;
  readonly seconds: number;
}

/** The result of a part of the tests. */
export interface LaneResult {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  /** Absent for a lane that is one program. */
  readonly tests?: readonly TimedTest[];
}

/** A part of the tests, which may run at the same time as others. */
export interface Lane {
  readonly name: string;
  /** Lanes that end before it begins, if they are asked for: it needs their results, or to be alone. */
  readonly after: readonly string[];
  run(print: Print): Promise<LaneResult>;
}

/** As `Lane`, when it has ended. */
export interface LaneOutcome extends LaneResult {
  readonly name: string;
  readonly seconds: number;
}
