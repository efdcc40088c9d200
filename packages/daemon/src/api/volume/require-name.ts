import { isName } from '@capsule/core';
import { volumeError } from '../../volume/errors.ts';

/** Names of files and devices are made of it. Fails with `VOLUME_NOT_FOUND` for what can be none. */
export function requireName(name: string): string {
  if (!isName(name)) throw volumeError.NOT_FOUND({ name: name.slice(0, 80) });
  return name;
}
