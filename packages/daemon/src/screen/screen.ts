import type { Log } from '@capsule/engine';
import { renderScreen, type ScreenFacts } from './render-screen.ts';

export interface ScreenParts {
  readonly facts: (signal: AbortSignal) => Promise<ScreenFacts>;
  /** Shows a text on every console of the machine. */
  readonly show: (text: string) => Promise<void>;
  readonly log: Log;
}

/** The wait between two looks. An adoption wakes the screen before. */
const LOOK_AGAIN_MS = 10_000;

/** Shows the capsule to a person who stands before the machine, again whenever something has changed. */
export class Screen implements AsyncDisposable {
  readonly #parts: ScreenParts;
  readonly #over = new AbortController();
  #shown = '';
  #timer: NodeJS.Timeout | undefined;
  #round: Promise<void> | undefined;
  #isAskedAgain = false;

  constructor(parts: ScreenParts) {
    this.#parts = parts;
  }

  /** Looks now. Call it when something has changed. */
  wake(): void {
    if (this.#over.signal.aborted) return;
    clearTimeout(this.#timer);
    this.#isAskedAgain = true;
    this.#round ??= this.#goRounds();
  }

  /** Resolves when the present look is over. */
  async settled(): Promise<void> {
    await this.#round;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#over.abort();
    clearTimeout(this.#timer);
    await this.#round;
  }

  /** Never throws, because no caller waits for it: a console that is gone stops nothing. */
  async #goRounds(): Promise<void> {
    while (this.#isAskedAgain && !this.#over.signal.aborted) {
      this.#isAskedAgain = false;
      await this.#look().catch((error) => {
        if (!this.#over.signal.aborted) this.#parts.log.warn('screen not shown', { error });
      });
    }
    this.#round = undefined;
    if (this.#over.signal.aborted) return;
    this.#timer = setTimeout(() => this.wake(), LOOK_AGAIN_MS);
    this.#timer.unref();
  }

  async #look(): Promise<void> {
    const text = renderScreen(await this.#parts.facts(this.#over.signal));
    if (text === this.#shown) return;
    await this.#parts.show(text);
    this.#shown = text;
  }
}
