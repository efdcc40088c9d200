import { rmSync, writeFileSync } from 'node:fs';
import type { Log } from '@capsule/engine';
import { uplinkAddress } from '../capsule/machine-facts.ts';
import { AdoptionDisplay } from '../identity/adoption/display.ts';
import type { Identity } from './identity.ts';
import type { Setup } from './setup.ts';

/**
 * Shows how to adopt the capsule in a file that only root can read. A machine of the capsule's own has a screen, too;
 * the console of an embedded capsule is a log, which must not contain the code.
 */
export function showAdoption(
  { config, paths, log }: Setup,
  { tls: { fingerprint }, service: { adoption } }: Identity,
): AdoptionDisplay {
  return new AdoptionDisplay({
    window: adoption,
    facts: () => ({ address: addressOf(config), fingerprint }),
    show: (card) => keep(paths.adoption, card, log),
  });
}

/** Takes away the card of an earlier capsuled: its code is no longer good. */
export function hideAdoption({ paths, log }: Setup): void {
  keep(paths.adoption, undefined, log);
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
