import { defineErrors } from '@capsule/core';

export const logError = defineErrors('LOG', {
  CURSOR_INVALID: {
    kind: 'invalid',
    message: (f: { cursor: string }) => `${f.cursor} is no place in a log`,
    hint: 'give the cursor of an entry back as it came',
  },
});
