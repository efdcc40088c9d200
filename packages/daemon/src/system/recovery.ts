import { join } from 'node:path';
import { type CapsuleError, isCapsuleError } from '@capsule/core';
import { Recovery } from '../identity/recovery/recovery.ts';
import type { Setup } from './setup.ts';
import type { Stored } from './stored.ts';
import type { OwnMachine } from './updates.ts';

/** At the top of the ESP, where any computer can put it. */
const FILE = 'recover.txt';

/**
 * Lets in a person who has put the code of the console on the ESP. Undefined where the capsule has no identity, and
 * where the code cannot be kept.
 */
export function recoverOwner(
  { paths, log }: Setup,
  { report: { esp } }: OwnMachine,
  stored: Stored | CapsuleError,
): Recovery | undefined {
  if (isCapsuleError(stored) || isCapsuleError(stored.identity)) return undefined;
  const { adoption: window } = stored.identity.service;
  try {
    const recovery = new Recovery({ request: join(esp, FILE), kept: paths.recovery, window });
    const result = recovery.redeem();
    if (result === 'opened') log.warn('adoption opened by the recovery file on the ESP');
    if (result === 'wrong') log.warn('recovery file on the ESP has no valid code');
    return recovery;
  } catch (error) {
    log.error('no recovery by a file on the ESP', { error });
    return undefined;
  }
}
