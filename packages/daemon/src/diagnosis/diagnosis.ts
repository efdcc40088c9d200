import { type Check, type CheckSection, isCapsuleError, type Remedy, remedy } from '@capsule/core';
import type { Finding, Part } from './part.ts';

/** Long enough for any healthy answer, short enough for an operator who waits. */
const LIMIT_MS = 5_000;

export interface DiagnosisOptions {
  /** Limit of each part. */
  readonly limitMs?: number;
}

/** Checks the capsule, part by part, all at once. A part that fails or hangs is a warning with its reason. */
export class Diagnosis {
  readonly #parts: () => readonly Part[];
  readonly #limitMs: number;

  /** `parts`: makes those of one run, in the order of their results. */
  constructor(parts: () => readonly Part[], { limitMs = LIMIT_MS }: DiagnosisOptions = {}) {
    this.#parts = parts;
    this.#limitMs = limitMs;
  }

  /** `sections`: empty for all. */
  async run(sections: readonly CheckSection[], signal: AbortSignal): Promise<readonly Check[]> {
    const asked = this.#parts().filter(
      ({ section }) => sections.length === 0 || sections.includes(section),
    );
    const found = await Promise.all(asked.map((part) => this.#check(part, signal)));
    signal.throwIfAborted();
    return found.flat();
  }

  async #check({ section, name, look }: Part, signal: AbortSignal): Promise<readonly Check[]> {
    const found = await this.#within(look, signal).catch(unknown);
    return [found].flat().map((finding) => ({ section, name, ...finding }));
  }

  /** A part may be held in a call that no signal ends. */
  async #within(look: Part['look'], signal: AbortSignal) {
    const limit = AbortSignal.timeout(this.#limitMs);
    const either = AbortSignal.any([signal, limit]);
    const { promise, reject } = Promise.withResolvers<never>();
    const giveUp = () => reject(either.reason);
    either.addEventListener('abort', giveUp, { once: true });
    try {
      return await Promise.race([look(either), promise]);
    } finally {
      either.removeEventListener('abort', giveUp);
    }
  }
}

function unknown(cause: unknown): Finding {
  const detail = `cannot be checked: ${reasonOf(cause)}`;
  return { level: 'warn', detail, remedy: remedyOf(cause) };
}

function reasonOf(cause: unknown): string {
  if (!(cause instanceof Error)) return String(cause);
  return cause.name === 'TimeoutError' ? 'no answer within the time limit' : cause.message;
}

function remedyOf(cause: unknown): Remedy {
  if (isCapsuleError(cause) && cause.hint !== undefined) {
    return { text: cause.hint, actions: cause.actions };
  }
  return remedy`the other checks are complete; repeat this one when the capsule has less to do`;
}
