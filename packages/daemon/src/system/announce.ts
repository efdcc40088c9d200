import os from 'node:os';
import { ServiceAnnouncer } from '@capsule/names';
import { uplinkAddress } from '../capsule/machine-facts.ts';
import type { Identity } from './identity.ts';
import type { Setup } from './setup.ts';

/**
 * Announces the API on the uplink, for clients that look for capsules. A capsule whose port of
 * multicast DNS is taken works without.
 */
export async function announceApi(
  { config, log }: Setup,
  version: string,
  { service }: Identity,
): Promise<AsyncDisposable | undefined> {
  const announcer = new ServiceAnnouncer({
    describe: () => ({
      capsuleId: service.capsuleId,
      hostname: os.hostname(),
      version,
      port: config.api.port,
      isAdopted: service.adoption.state().isOwned,
    }),
    uplinkAddress: () => uplinkAddress(config.bridge.name),
    onNoIpv6: (error) => log.warn('API not announced over IPv6', { error }),
    now: () => performance.now(),
  });
  try {
    return await announcer.start();
  } catch (error) {
    log.warn('API not announced', { error });
    return undefined;
  }
}
