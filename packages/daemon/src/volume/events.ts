import { isCapsuleError } from '@capsule/core';
import type { Feed } from '@capsule/engine';
import type { EventRecorder } from '../event/recorder.ts';

export interface VolumeEventsParts {
  readonly recorder: Pick<EventRecorder, 'append'>;
  readonly feed: Pick<Feed, 'notify'>;
}

/** The events of volumes. Their subjects, `volume/data`, are the name of no workload. */
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

  /** Of all volumes together. */
  recordOfPool(severity: 'normal' | 'warning', reason: string, message: string): void {
    this.#append(POOL, { severity, reason, message });
  }

  /** Something that is worth a look, and not worth a line. */
  notify(volume: string): void {
    this.#parts.feed.notify(subjectOf(volume));
  }

  #append(subject: string, event: Parameters<EventRecorder['append']>[1]): void {
    const { recorder, feed } = this.#parts;
    recorder.append({ subject, uid: '' }, event);
    feed.notify(subject);
  }
}

/** The subject of no volume. */
const POOL = 'volume/';

function subjectOf(volume: string): string {
  return `volume/${volume}`;
}
