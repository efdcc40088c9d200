import { isCapsuleError } from '@capsule/core';
import type { Feed } from '@capsule/engine';
import type { EventRecorder } from '../event/recorder.ts';

export interface VolumeEventsParts {
  readonly recorder: Pick<EventRecorder, 'append'>;
  readonly feed: Pick<Feed, 'notify'>;
}

/** Records the events of volumes. No workload has a name like their subjects, `volume/data`. */
export class VolumeEvents {
  readonly #parts: VolumeEventsParts;

  constructor(parts: VolumeEventsParts) {
    this.#parts = parts;
  }

  record(volume: string, reason: string, message: string): void {
    this.#append(subjectOf(volume), { severity: 'normal', reason, message });
  }

  recordWarning(volume: string, reason: string, error: unknown): void {
    const message = isCapsuleError(error) ? error.message : String(error);
    this.#append(subjectOf(volume), { severity: 'warning', reason, message });
  }

  /** Records an event of the pool, which concerns all volumes. */
  recordOfPool(severity: 'normal' | 'warning', reason: string, message: string): void {
    this.#append(POOL, { severity, reason, message });
  }

  /** Notifies watchers of a change that needs no event. */
  notify(volume: string): void {
    this.#parts.feed.notify(subjectOf(volume));
  }

  #append(subject: string, event: Parameters<EventRecorder['append']>[1]): void {
    const { recorder, feed } = this.#parts;
    recorder.append({ subject, uid: '' }, event);
    feed.notify(subject);
  }
}

/** Subject of the pool; no volume has it. */
const POOL = 'volume/';

function subjectOf(volume: string): string {
  return `volume/${volume}`;
}
