import type { Database } from '@capsule/engine';

/** How far the mark is ahead of the token that moves it: one write to the disk in a minute. */
const AHEAD_S = 60;
/** The tokens that one mark covers: more than the times of tokens that are good at one moment differ. */
const COVERED_S = 600;

interface Mark {
  /** Tokens issued in the seconds up to this one may have been used. */
  readonly usedUntil: number;
  /** The same, before the machine started. */
  readonly lostUntil: number;
}

/**
 * Remembers, on the disk, when the tokens were issued whose use is not on the disk yet: a power cut may have taken their
 * ids. The one writer of `token_mark`. Times are in seconds since 1970, by the clients' clocks.
 *
 * INVARIANT: a token is used after `cover` returned for its time. A change of the mark is durable, and with it are all
 * earlier uses; so those that a power cut can take were all covered by the last mark.
 */
export class TokenMark {
  readonly #db: Database;
  #usedUntil: number;
  readonly #lostUntil: number;

  /** `boot` names this run of the machine's kernel. */
  constructor(db: Database, boot: string) {
    this.#db = db;
    const { usedUntil, lostUntil } = db.transaction(() => this.#open(boot));
    this.#usedUntil = usedUntil;
    this.#lostUntil = lostUntil;
  }

  /** Whether a token issued in this second may have been used before a power cut. */
  isLost(second: number): boolean {
    return isCovered(second, this.#lostUntil);
  }

  /** Returns when the mark on the disk covers a token issued in this second. */
  cover(second: number): void {
    if (isCovered(second, this.#usedUntil)) return;
    const until = Math.ceil(second) + AHEAD_S;
    this.#db.transaction(() => this.#db.run('UPDATE token_mark SET used_until = ?', until));
    this.#usedUntil = until;
  }

  #open(boot: string): Mark {
    const row = this.#db.get('SELECT boot, used_until, lost_until FROM token_mark');
    const usedUntil = Number(row?.['used_until'] ?? 0);
    if (row?.['boot'] === boot) return { usedUntil, lostUntil: Number(row['lost_until']) };
    this.#db.run(
      `INSERT INTO token_mark (one, boot, used_until, lost_until) VALUES (1, ?1, ?2, ?2)
       ON CONFLICT (one) DO UPDATE SET boot = ?1, lost_until = ?2`,
      boot,
      usedUntil,
    );
    return { usedUntil, lostUntil: usedUntil };
  }
}

function isCovered(second: number, until: number): boolean {
  return second > until - COVERED_S && second <= until;
}
