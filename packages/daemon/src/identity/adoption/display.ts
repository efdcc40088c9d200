import { type CardFacts, describeCard } from './card.ts';
import type { AdoptionWindow } from './window.ts';

export interface DisplayParts {
  readonly window: Pick<AdoptionWindow, 'state' | 'follow'>;
  readonly facts: () => Omit<CardFacts, 'code'>;
  /** Shows a text to the person in front of the capsule; undefined: takes it away. */
  readonly show: (card: string | undefined) => void;
}

/**
 * Shows address, fingerprint and code while a client can adopt the capsule, and keeps them current. The code goes
 * nowhere else: never into a log.
 */
export class AdoptionDisplay implements Disposable {
  readonly #parts: DisplayParts;
  readonly #following: Disposable;
  #shown: string | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(parts: DisplayParts) {
    this.#parts = parts;
    this.#following = parts.window.follow(() => this.refresh());
    this.refresh();
  }

  /** Also after the capsule's address has changed. */
  refresh(): void {
    const { window, facts, show } = this.#parts;
    const { isOpen, code, changesInMs } = window.state();
    clearTimeout(this.#timer);
    if (changesInMs !== undefined) {
      this.#timer = setTimeout(() => this.refresh(), changesInMs + 1);
      this.#timer.unref();
    }
    const card = isOpen ? describeCard({ ...facts(), code }) : undefined;
    if (card === this.#shown) return;
    this.#shown = card;
    show(card);
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#timer);
    this.#following[Symbol.dispose]();
  }
}
