import { defineErrors } from '@capsule/core';

export const powerCutError = defineErrors('POWER_CUT', {
  LOG_INVALID: {
    kind: 'invalid',
    message: (f: { reason: string }) => `the log of writes cannot be used: ${f.reason}`,
    hint: 'record it again, and let the machine end before you read it',
  },
});
