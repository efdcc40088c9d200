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

/** A problem for something that the wire can say and this version cannot do. */
export function unsupported(path: string, isSet: boolean): Problem[] {
  return isSet ? [{ path, message: 'is not supported by this version', hint: 'leave it out' }] : [];
}
