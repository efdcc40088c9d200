/** The moment at which a capsuled is killed: right before or right after one of its effects, counted from 1. */
export interface KillMoment {
  readonly effect: number;
  readonly side: 'before' | 'after';
}

/** Thrown into the synchronous code of a capsuled that is killed. */
export class Killed extends Error {}

/**
 * Counts the effects of one capsuled, and kills it at one of them. An effect is a call that changes something outside
 * of the process, or a commit of the store. A killed capsuled has no further effect, and none of its calls returns.
 */
export class KillSwitch {
  /** The effects since `arm`, in order. */
  readonly effects: string[] = [];
  readonly #moments: KillMoment[] = [];
  readonly #dead = Promise.withResolvers<void>();
  #moment: KillMoment | undefined;
  #isArmed = false;
  #isKilled = false;

  /** Counts from here on. Without a moment the capsuled lives. */
  arm(moment?: KillMoment): void {
    this.#isArmed = true;
    this.effects.length = 0;
    this.#moments.length = 0;
    this.#moment = moment;
  }

  get isKilled(): boolean {
    return this.#isKilled;
  }

  /** Resolves when the capsuled is killed. */
  get killed(): Promise<void> {
    return this.#dead.promise;
  }

  /**
   * The moments since `arm` at which a kill leaves different things behind. Files follow the store by themselves: one
   * moment does for several in a row.
   */
  moments(): readonly KillMoment[] {
    const last = { effect: this.effects.length, side: 'after' } as const;
    return [...this.#moments, last].filter(({ effect }) => effect > 0 && !this.#isInRow(effect));
  }

  kill(): void {
    this.#isKilled = true;
    this.#dead.resolve();
  }

  /** Counts an effect that is about to happen. Returns its number, and kills if this is the moment. */
  begin(name: string): number {
    if (!this.#isArmed || this.#isKilled) return 0;
    const effect = this.effects.push(name);
    this.#moments.push({ effect, side: 'before' });
    this.#at({ effect, side: 'before' });
    return effect;
  }

  /** The effect has happened. */
  end(effect: number): void {
    // An effect that begins after the end of this one begins in the state that this one leaves.
    if (effect < this.effects.length) this.#moments.push({ effect, side: 'after' });
    this.#at({ effect, side: 'after' });
  }

  #isInRow(effect: number): boolean {
    const [one, next] = this.effects.slice(effect - 1, effect + 1);
    return one === next && one?.startsWith('projection.') === true;
  }

  #at({ effect, side }: KillMoment): void {
    if (this.#moment?.effect === effect && this.#moment.side === side) this.kill();
  }
}
