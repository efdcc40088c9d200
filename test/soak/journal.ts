/** The number of last lines that are printed with a violation. */
const KEPT = 60;

/** A promise that was broken. The run is over. */
export class Violation extends Error {
  override readonly name = 'Violation';
}

/** Operations and faults with their times; the last lines are printed when something goes wrong. */
export class Journal {
  readonly #lines: string[] = [];
  readonly #begunAt = performance.now();
  /** When something was last killed, of anything and of single workloads. */
  readonly #faultAt = new Map<string, number>();

  note(line: string): void {
    const seconds = ((performance.now() - this.#begunAt) / 1000).toFixed(3);
    this.#lines.push(`${seconds.padStart(9)} ${line}`);
    if (this.#lines.length > KEPT) this.#lines.shift();
  }

  /** `subject` is the workload that suffers; all do when it is absent. */
  fault(line: string, subject = ''): void {
    this.note(line);
    this.#faultAt.set(subject, performance.now());
  }

  /** Something was killed since then that a call for this workload may have failed of. */
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
