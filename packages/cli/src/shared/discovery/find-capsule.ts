import type { Address } from '@capsule/api/wire';
import { browse } from './browse.ts';

const SEARCH_MS = 2000;

/**
 * The address of the capsule with this id. Any machine can announce it, and before the capsule does: the first address
 * that `isIt` accepts is the one.
 */
export async function findCapsule(
  capsuleId: string,
  isIt: (address: Address) => Promise<boolean>,
  search: typeof browse = browse,
): Promise<Address | undefined> {
  const found = new AbortController();
  const tries: Promise<void>[] = [];
  let address: Address | undefined;
  await search(AbortSignal.any([found.signal, AbortSignal.timeout(SEARCH_MS)]), (one) => {
    if (one.capsuleId !== capsuleId) return;
    tries.push(
      isIt(one.address).then((yes) => {
        if (!yes) return;
        address ??= one.address;
        found.abort();
      }),
    );
  });
  if (address === undefined) await Promise.all(tries);
  return address;
}
