import type { Message } from '@bufbuild/protobuf';
import type { Problem } from '@capsule/core';

/**
 * Problems for what `message` carries and our schema does not know. `path` is where the message
 * stands in the manifest.
 */
export function refuseUnknown(message: Message, path: string): Problem[] {
  return (message.$unknown ?? []).map(({ no }) => ({
    path,
    message: `field number ${no} is not known to this version`,
    hint: 'update the capsule, or leave the field out',
  }));
}
