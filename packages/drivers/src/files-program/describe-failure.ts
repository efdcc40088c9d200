import { posix } from 'node:path';
import type { CapsuleError } from '@capsule/core';
import { filesError } from './errors.ts';

/**
 * Makes an error of the line that capsule-files writes: a word, a path and a text, separated by tabs. Paths
 * from an archive are relative to `folder`, where it is unpacked. Pure.
 */
export function describeFailure(container: string, said: string, folder?: string): CapsuleError {
  const [code = '', path = '', reason = said.trim()] = said.trim().split('\t');
  const isName = folder !== undefined && !posix.isAbsolute(path);
  const place = { container, path: isName ? posix.join(folder, path) : path };
  switch (code) {
    case 'missing':
      return filesError.MISSING(place);
    case 'not-a-folder':
      return filesError.NOT_A_FOLDER(place);
    case 'a-folder':
      return filesError.A_FOLDER(place);
    case 'read-only':
      return filesError.READ_ONLY(place);
    case 'full':
      return filesError.FULL(place);
    case 'denied':
      return filesError.DENIED(place);
    case 'loop':
      return filesError.LOOP(place);
    case 'refused':
      // The name as it is in the archive.
      return filesError.REFUSED({ container, path, reason });
    case 'damaged':
      return filesError.DAMAGED({ ...place, reason });
    case 'unmounted':
      return filesError.UNMOUNTED(place);
    case 'gone':
      return filesError.GONE(place);
    default:
      return filesError.FAILED({ ...place, reason });
  }
}
