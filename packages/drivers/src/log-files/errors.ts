import { defineErrors } from '@capsule/core';

export const logError = defineErrors('LOG', {
  CURSOR_INVALID: {
    kind: 'invalid',
    message: (f: { cursor: string }) => `${f.cursor} is not a position in a log`,
    hint: 'pass the cursor of a log entry unchanged',
  },
});
