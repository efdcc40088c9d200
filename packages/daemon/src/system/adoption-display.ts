import { closeSync, constants, openSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import type { Log } from '@capsule/engine';
import { uplinkAddress } from '../capsule/machine-facts.ts';
import { AdoptionDisplay } from '../identity/adoption/display.ts';
import type { Identity } from './identity.ts';
import type { Setup } from './setup.ts';

const CONSOLE = '/dev/console';

/**
 * Shows how to adopt the capsule: in a file that only root can read, and on the console of a machine of its own. The
 * console of an embedded capsule is a log, which must not contain the code.
 */
export function showAdoption(
  { config, paths, log }: Setup,
  { tls: { fingerprint }, service: { adoption } }: Identity,
  isOwnMachine: boolean,
): AdoptionDisplay {
  return new AdoptionDisplay({
    window: adoption,
    facts: () => ({ address: addressOf(config), fingerprint }),
    show: (card) => {
      keep(paths.adoption, card, log);
      if (isOwnMachine && card !== undefined) print(card, log);
    },
  });
}

function addressOf({ api, bridge }: Setup['config']): string {
  const address = uplinkAddress(bridge.name);
  return address === '' ? '' : `${address}:${api.port}`;
}

function keep(path: string, card: string | undefined, log: Log): void {
  try {
    rmSync(path, { force: true });
    if (card !== undefined) writeFileSync(path, card, { mode: 0o600, flag: 'wx' });
  } catch (error) {
    log.error('adoption card not written', { error });
  }
}

/** Never waits for the reader of the console. */
function print(card: string, log: Log): void {
  try {
    const flags = constants.O_WRONLY | constants.O_NONBLOCK | constants.O_NOCTTY;
    const file = openSync(CONSOLE, flags);
    try {
      writeSync(file, card);
    } finally {
      closeSync(file);
    }
  } catch (error) {
    log.warn('adoption card not printed', { error });
  }
}
