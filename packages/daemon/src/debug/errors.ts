import { action, defineErrors, remedy } from '@capsule/core';

export const debugError = defineErrors('DEBUG', {
  INVALID: {
    kind: 'invalid',
    message: (f: { problem: string }) => `this is no debug session: ${f.problem}`,
    why: 'a debug session begins with its target, and then has the messages of an exec without a container',
    hint: remedy`use ${action('capsule.debug')}`,
  },
  NOT_STARTED: {
    kind: 'precondition',
    message: (f: { image: string; reason: string }) =>
      `the debug container of image ${f.image} has not started: ${f.reason}`,
    hint: remedy`correct the image, or use ${action('capsule.debug')} without one: it needs no network`,
  },
});
