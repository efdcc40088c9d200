import { type CapsuleError, isCapsuleError } from '@capsule/core';
import { capsuleError } from './errors.ts';

/**
 * Reads the parts of one report. A part that cannot be read is absent from the report and named in `problems`;
 * the other parts are still reported.
 */
export class KnownParts {
  readonly problems: CapsuleError[] = [];

  /** `part`: what the problem says is unknown. Returns undefined where `read` fails. */
  async read<T>(part: string, read: () => T | Promise<T>): Promise<T | undefined> {
    try {
      return await read();
    } catch (cause) {
      const detail = cause instanceof Error ? cause.message : String(cause);
      // A code of its own says more, and has a remedy.
      const problem = isCapsuleError(cause)
        ? cause
        : capsuleError.PART_UNKNOWN({ part, detail }, cause);
      // Two parts may need the same file.
      if (!this.problems.some(({ message }) => message === problem.message)) {
        this.problems.push(problem);
      }
      return undefined;
    }
  }
}
