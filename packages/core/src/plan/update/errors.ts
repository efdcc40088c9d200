import { defineErrors } from '../../error/define-errors.ts';

export const bundleError = defineErrors('BUNDLE', {
  MALFORMED: {
    kind: 'invalid',
    message: (f: { reason: string }) => `the file is not an update bundle: ${f.reason}`,
    why: 'the capsule judges a bundle as a whole before it writes the first byte',
    hint: 'make a bundle with `npm run bundle`, or download it again',
  },
  OLD_FORMAT: {
    kind: 'invalid',
    message: (f: { member: string }) =>
      `the bundle begins with ${f.member}, like those of older capsules`,
    why: 'its kernel and its root have no signature that this capsule can verify',
    hint: 'make a bundle of a current version with `npm run bundle`',
  },
  NOT_TRUSTED: {
    kind: 'denied',
    message: (f: { keys: number }) =>
      f.keys === 0
        ? 'the running system holds no key, so it trusts no bundle'
        : 'no key that the running system trusts has signed the bundle',
    why: 'an installed system controls the machine and all of its data',
    hint: 'use a bundle of the publisher of this system, or sign it with the key that the image was built with',
  },
  UNSUITABLE: {
    kind: 'precondition',
    message: (f: { version: string; reasons: readonly string[] }) =>
      `this machine cannot run the bundle of version ${f.version}: ${f.reasons.join('; ')}`,
    why: 'a system that does not suit the machine does not start',
    hint: 'choose the bundle that was made for this architecture, board and version',
  },
});
