import type { Message } from '@bufbuild/protobuf';
import type { Problem } from '@capsule/core';

/**
 * Returns problems for fields of `message` that the schema does not have. `path` is the path of the
 * message in the manifest.
 */
export function refuseUnknown(message: Message, path: string): Problem[] {
  return (message.$unknown ?? []).map(({ no }) => ({
    path,
    message: `field number ${no} is not known to this version`,
    hint: 'update the capsule, or leave the field out',
  }));
}
