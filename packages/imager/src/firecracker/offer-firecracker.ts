import { isCapsuleError } from '@capsule/core';
import { Cache } from '../cache/cache.ts';
import { type FetchRequest, fetchRelease } from './fetch-release.ts';
import { findFirecracker } from './find-firecracker.ts';

export interface OfferRequest extends FetchRequest {
  readonly env: Readonly<Record<string, string | undefined>>;
}

/**
 * Downloads Firecracker, unless it is configured or already downloaded. It reports a failed download but does
 * not fail, because QEMU can run microVMs. Firecracker needs KVM.
 */
export async function offerFirecracker(request: OfferRequest): Promise<void> {
  const { cacheDir, env, progress, release } = request;
  if ((await findFirecracker(env, new Cache(cacheDir), release)) !== undefined) return;
  try {
    await fetchRelease(request);
  } catch (error) {
    if (!isCapsuleError(error)) throw error;
    const { message, why, hint } = error;
    progress(`note: ${[message, why, hint].filter(Boolean).join('; ')}. QEMU runs microVMs here`);
  }
}
