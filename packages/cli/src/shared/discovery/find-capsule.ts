import type { Address } from '@capsule/api/wire';
import { browse } from './browse.ts';

const SEARCH_MS = 2000;

/** The address that a capsule with this id announces now; the caller compares its pin. */
export async function findCapsule(capsuleId: string): Promise<Address | undefined> {
  const found = new AbortController();
  let address: Address | undefined;
  await browse(AbortSignal.any([found.signal, AbortSignal.timeout(SEARCH_MS)]), (one) => {
    if (one.capsuleId !== capsuleId || address !== undefined) return;
    address = one.address;
    found.abort();
  });
  return address;
}
