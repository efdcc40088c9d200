import { isCapsuleError } from '@capsule/core';
import { Code } from '@connectrpc/connect';
import { isAnswer } from '../client/rpc-error.ts';

/**
 * True when the failure to read an image says something of that image; false when the store could not be asked, and
 * knows nothing of any.
 */
export function isOfImage(error: unknown): boolean {
  if (isCapsuleError(error)) return error.code === 'IMAGE_INVALID';
  return isAnswer(error) && error.code !== Code.Unavailable;
}
