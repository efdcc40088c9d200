import { defineErrors } from '@capsule/core';

export const namespaceError = defineErrors('NAMESPACE', {
  LEFT_BEHIND: {
    kind: 'internal',
    message: (f: { key: string; left: string }) =>
      `the namespaces of cell ${f.key} could not be removed: ${f.left} still exists`,
  },
});
