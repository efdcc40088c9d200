import type { CapsuleError } from '@capsule/core';
import { filesError } from './errors.ts';

/** Makes an error of the line that capsule-files writes: a word, a path and a text, apart by tabs. Pure. */
export function describeFailure(container: string, said: string): CapsuleError {
  const [code = '', path = '', reason = said.trim()] = said.trim().split('\t');
  const place = { container, path };
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
      return filesError.REFUSED({ ...place, reason });
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
