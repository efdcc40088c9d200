import assert from 'node:assert/strict';
import { test } from 'node:test';
import { defineErrors } from '@capsule/core';
import { startFakeCapsule } from '../../testing/fake-capsule.ts';
import { runCapsulectl } from '../../testing/run-capsulectl.ts';

const workloadError = defineErrors('WORKLOAD', {
  NOT_FOUND: {
    kind: 'notFound',
    message: (f: { name: string }) => `there is no workload named ${f.name}`,
    hint: 'look at the list',
  },
});

test('a misspelt name is answered with the one that was probably meant, and no other', async () => {
  await using capsule = await startFakeCapsule({
    workload: {
      get: ({ name }) => {
        throw workloadError.NOT_FOUND({ name });
      },
      list: () => ({ workloads: [{ name: 'hello' }, { name: 'db' }] }),
    },
  });
  const fix = async (...words: string[]) =>
    /fix: (.*)/.exec((await runCapsulectl(words, capsule)).stderr)?.[1];
  assert.equal(await fix('workload', 'get', 'hullo'), 'did you mean hello? look at the list');
  assert.equal(await fix('workload', 'get', 'elsewhere'), 'look at the list');
});
