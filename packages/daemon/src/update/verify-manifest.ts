import { type KeyObject, verify } from 'node:crypto';
import {
  BUNDLE_SIGNATURE_CONTEXT,
  type BundleManifest,
  bundleError,
  parseBundleManifest,
} from '@capsule/core';

/**
 * Reads a manifest that one of these Ed25519 keys has signed. The bytes are not parsed before that.
 *
 * @throws BUNDLE_NOT_TRUSTED, BUNDLE_MALFORMED
 */
export function verifyManifest(
  manifest: Buffer,
  signature: Buffer,
  keys: readonly KeyObject[],
): BundleManifest {
  const signed = Buffer.concat([Buffer.from(BUNDLE_SIGNATURE_CONTEXT), manifest]);
  const isTrusted = keys.some((key) => verify(null, signed, key, signature));
  if (!isTrusted) throw bundleError.NOT_TRUSTED({ keys: keys.length });
  return parseBundleManifest(manifest.toString('utf8'));
}
