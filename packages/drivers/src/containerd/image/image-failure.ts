import { isCapsuleError } from '@capsule/core';
import { Code } from '@connectrpc/connect';
import { isAnswer } from '../client/rpc-error.ts';

/**
 * Returns whether the failure to read an image is due to that image; false when the store did not answer,
 * which says nothing about any image.
 */
export function isOfImage(error: unknown): boolean {
  if (isCapsuleError(error)) return error.code === 'IMAGE_INVALID';
  return isAnswer(error) && error.code !== Code.Unavailable;
}
