import { availableParallelism, cpus } from 'node:os';

/** Processor time since the machine started, in milliseconds, of all cores. */
export interface CoreTimes {
  readonly idleMs: number;
  readonly wholeMs: number;
}

const MINUTE_MS = 60_000;

/** Notes how idle the cores are, minute by minute, until it is disposed. */
export class IdleCores implements Disposable {
  readonly #look: () => CoreTimes;
  readonly #looks: CoreTimes[];
  readonly #timer: NodeJS.Timeout;

  constructor(look = coreTimes, everyMs = MINUTE_MS) {
    this.#look = look;
    this.#looks = [look()];
    this.#timer = setInterval(() => this.#looks.push(look()), everyMs).unref();
  }

  describe(): string {
    return describeIdle([...this.#looks, this.#look()], availableParallelism());
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
  }
}

/** One line: the idle share of each minute, the last of which may be short. Pure. */
export function describeIdle(looks: readonly CoreTimes[], cores: number): string {
  const shares = looks.slice(1).map((now, at) => {
    const before = looks[at] ?? now;
    const whole = now.wholeMs - before.wholeMs;
    return whole === 0 ? 0 : Math.round((100 * (now.idleMs - before.idleMs)) / whole);
  });
  return `  idle share of the ${cores} cores, minute by minute, in %: ${shares.join(' ')}\n`;
}

function coreTimes(): CoreTimes {
  const times = cpus().map((core) => core.times);
  const sum = (of: (one: (typeof times)[number]) => number) =>
    times.reduce((total, one) => total + of(one), 0);
  return {
    idleMs: sum(({ idle }) => idle),
    wholeMs: sum(({ user, nice, sys, irq, idle }) => user + nice + sys + irq + idle),
  };
}
