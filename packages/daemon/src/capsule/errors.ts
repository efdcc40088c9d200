import { action, defineErrors, remedy } from '@capsule/core';

export const capsuleError = defineErrors('CAPSULE', {
  PART_UNKNOWN: {
    kind: 'unavailable',
    message: (f: { part: string; detail: string }) => `${f.part} cannot be read: ${f.detail}`,
    why: 'the kernel returned an error to capsuled; the rest of the report is complete',
    hint: remedy`${action('capsule.logs')} shows more; a failed disk or too few descriptors are the usual causes`,
  },
});
