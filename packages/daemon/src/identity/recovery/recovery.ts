import { randomInt } from 'node:crypto';
import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import {
  CLAIM_CODE_ALPHABET,
  CLAIM_CODE_LENGTH,
  claimCodeFrom,
  readClaimCode,
} from '@capsule/core';
import type { AdoptionWindow } from '../adoption/window.ts';

/** How long a client can adopt the capsule after a recovery, by the monotonic clock. */
const OPEN_MS = 15 * 60_000;
/** A larger file is no recovery code. */
const TEXT_MOST = 64;

export interface RecoveryParts {
  /** The file on the ESP that a person in front of the machine puts there. */
  readonly request: string;
  /** The file that keeps the recovery code across boots. */
  readonly kept: string;
  readonly window: Pick<AdoptionWindow, 'open'>;
}

export type RecoveryResult = 'none' | 'opened' | 'wrong';

/**
 * Lets a person who has lost the last key of a capsule, but stands in front of it, adopt it again. The console shows a
 * code; the person puts a file with this code on the ESP. Each file counts once, and each code does: no clock decides.
 *
 * INVARIANT. The file is gone from the ESP, and its code no longer counts, before the window opens.
 */
export class Recovery {
  readonly #parts: RecoveryParts;
  #code: string;

  constructor(parts: RecoveryParts) {
    this.#parts = parts;
    this.#code = readIfThere(parts.kept)?.trim() ?? '';
    if (this.#code === '') this.#renew();
  }

  /** The code that the console shows: `ABCD-EFGH`. */
  get code(): string {
    return this.#code;
  }

  /** Takes the file from the ESP, and opens the adoption window if it has the code. Fails if the file cannot be deleted. */
  redeem(): RecoveryResult {
    const { request, window } = this.#parts;
    const text = readIfThere(request);
    if (text === undefined) return 'none';
    rmSync(request);
    const isRight = text.length <= TEXT_MOST && readClaimCode(text) === this.#code;
    this.#renew();
    if (!isRight) return 'wrong';
    window.open(OPEN_MS, false);
    return 'opened';
  }

  /** A wrong code ends it, too: it cannot be guessed by one boot after another. */
  #renew(): void {
    const { kept } = this.#parts;
    const pick = () => randomInt(CLAIM_CODE_ALPHABET.length);
    const code = claimCodeFrom(Array.from({ length: CLAIM_CODE_LENGTH }, pick));
    writeFileSync(`${kept}.new`, `${code}\n`, { mode: 0o600, flush: true });
    renameSync(`${kept}.new`, kept);
    this.#code = code;
  }
}

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
