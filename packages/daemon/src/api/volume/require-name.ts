import { isName } from '@capsule/core';
import { volumeError } from '../../volume/errors.ts';

/**
 * Refuses a string that cannot be a volume's name, since names of files and devices contain it.
 * Fails with `VOLUME_NOT_FOUND`.
 */
export function requireName(name: string): string {
  if (!isName(name)) throw volumeError.NOT_FOUND({ name: name.slice(0, 80) });
  return name;
}
