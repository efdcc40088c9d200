import { defineErrors } from '@capsule/core';

export const realmError = defineErrors('REALM', {
  UNKNOWN: {
    kind: 'notFound',
    message: (f: { realm: string }) => `there is no realm ${f.realm}`,
  },
  NAMESPACE_TAKEN: {
    kind: 'precondition',
    message: (f: { realm: string; namespace: string; holds: string }) =>
      `containerd namespace ${f.namespace} is not free for realm ${f.realm}`,
    why: (f) => `it holds ${f.holds}`,
    hint: 'name another one as spec.namespace of the realm, or empty that namespace with ctr',
  },
});
