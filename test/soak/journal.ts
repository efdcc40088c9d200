/** The number of last lines that are printed with a violation. */
const KEPT = 60;

/** A broken promise, which ends the run. */
export class Violation extends Error {
  override readonly name = 'Violation';
}

/** Operations and faults with their times; the last lines are printed when something goes wrong. */
export class Journal {
  readonly #lines: string[] = [];
  readonly #begunAt = performance.now();
  /** The time of the last kill, in total and for each workload. */
  readonly #faultAt = new Map<string, number>();

  note(line: string): void {
    const seconds = ((performance.now() - this.#begunAt) / 1000).toFixed(3);
    this.#lines.push(`${seconds.padStart(9)} ${line}`);
    if (this.#lines.length > KEPT) this.#lines.shift();
  }

  /** `subject` is the affected workload; if absent, all workloads are affected. */
  fault(line: string, subject = ''): void {
    this.note(line);
    this.#faultAt.set(subject, performance.now());
  }

  /** Whether a kill since then may explain the failure of a call for this workload. */
  hadFault(subject: string, since: number): boolean {
    const last = Math.max(
      this.#faultAt.get('') ?? -Infinity,
      this.#faultAt.get(subject) ?? -Infinity,
    );
    return last >= since;
  }

  /** Text for a failed run. */
  tail(): string {
    return this.#lines.join('\n');
  }
}
