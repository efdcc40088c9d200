import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type ContainerSpec, refOfWorkload } from '@capsule/core';
import { plainContainer } from '@capsule/testkit/plain-container';
import { refuseForeign } from './refuse-foreign.ts';

const FOREIGN: readonly (readonly [string, Partial<ContainerSpec>])[] = [
  ['securityOpts', { securityOpts: ['seccomp=unconfined'] }],
  ['resources.cpuShares', { resources: { cpuShares: 512 } }],
  ['tmpfs.options', { tmpfs: [{ mountPath: '/x', options: ['exec'] }] }],
];

test('a microVM refuses by name what only containers have', () => {
  const plain = plainContainer({ ref: refOfWorkload('web'), image: 'web' });
  refuseForeign({ ...plain, tmpfs: [{ mountPath: '/x' }], securityOpts: [] });
  for (const [field, more] of FOREIGN) {
    const message = `microVM web cannot have ${field}`;
    assert.throws(() => refuseForeign({ ...plain, ...more }), { message });
  }
});
