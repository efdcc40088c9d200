import { isCapsuleError } from '@capsule/core';
import type { Feed } from '@capsule/engine';
import type { Events } from '../store/events.ts';

export interface VolumeStoryParts {
  readonly events: Events;
  /** Told after every change, with the subject. */
  readonly feed: Feed;
  readonly now: () => number;
}

/** Writes down what happens to volumes. Its subjects, `volume/data`, are the name of no workload. */
export class VolumeStory {
  readonly #parts: VolumeStoryParts;

  constructor(parts: VolumeStoryParts) {
    this.#parts = parts;
  }

  tells(volume: string, reason: string, message: string): void {
    this.#append(volume, { severity: 'normal', reason, message });
  }

  warns(volume: string, reason: string, error: unknown): void {
    const message = isCapsuleError(error) ? error.message : String(error);
    this.#append(volume, { severity: 'warning', reason, message });
  }

  /** Of all volumes together. */
  tellsOfPool(reason: string, message: string): void {
    this.#append(POOL, { severity: 'normal', reason, message });
  }

  warnsOfPool(reason: string, message: string): void {
    this.#append(POOL, { severity: 'warning', reason, message });
  }

  /** Something that is worth a look, and not worth a line. */
  changed(volume: string): void {
    this.#parts.feed.notify(subjectOf(volume));
  }

  #append(
    volume: string,
    news: {
      readonly severity: 'normal' | 'warning';
      readonly reason: string;
      readonly message: string;
    },
  ): void {
    const { events, feed, now } = this.#parts;
    const subject = volume === POOL ? POOL : subjectOf(volume);
    events.append({ name: subject, uid: '' }, { at: now(), ...news });
    feed.notify(subject);
  }
}

/** The subject of no volume. */
const POOL = 'volume/';

function subjectOf(volume: string): string {
  return `volume/${volume}`;
}
