import type { Input } from '../../program/input.ts';
import type { Flag } from '../../program/manual.ts';

/** For all commands about images: each realm has images of its own. */
export const REALM_FLAG: Flag = {
  flags: '--realm <realm>',
  summary: 'the realm that has the images (default: main)',
  completes: 'realm',
};

/** The realm of a request; empty without the flag: the usual one. */
export function imageRealm(input: Input): string {
  return input.text('realm') ?? '';
}
