import assert from 'node:assert/strict';
import { test } from 'node:test';
import { create } from '@bufbuild/protobuf';
import { actionToProto, EventSchema, workloadToProto } from '@capsule/api/wire';
import { action, defineErrors, describePause, remedy } from '@capsule/core';
import { startFakeCapsule } from '../testing/fake-capsule.ts';
import { runCapsulectl } from '../testing/run-capsulectl.ts';
import { sampleWorkload } from '../testing/sample-workload.ts';

const testError = defineErrors('TEST', {
  STOPPED: {
    kind: 'precondition',
    message: (f: { name: string }) => `${f.name} is stopped`,
    hint: (f) => remedy`start it with ${action('workload.start', { name: f.name })}`,
  },
});

const PAUSED = 'paused until the pool of its volumes has room: see `capsulectl volume usage`';
const { text, actions } = remedy`look at ${action('capsule.logs')}`;

const capsule = () =>
  startFakeCapsule({
    workload: {
      get({ name }) {
        if (name !== 'web') throw testError.STOPPED({ name });
        return workloadToProto(sampleWorkload({ status: { reason: 'Paused', message: PAUSED } }));
      },
    },
    event: {
      async *stream() {
        yield create(EventSchema, { name: 'web', reason: 'Paused', message: PAUSED });
      },
    },
    capsule: {
      getInfo: () => ({
        problems: [{ code: 'X', message: 'ill', hint: text, actions: actions.map(actionToProto) }],
      }),
    },
  });

test('a pause is reported as capsules of earlier versions report it', () => {
  assert.equal(describePause(['poolFull']), PAUSED);
});

test('a hint of the capsule names the commands of the program that shows it', async () => {
  await using served = await capsule();
  const shown = async (...words: string[]) => {
    const { stdout, stderr } = await runCapsulectl(words, served);
    return stdout + stderr;
  };
  const start = '  fix: start it with `capsulectl workload start db`\n';
  assert.ok((await shown('workload', 'get', 'db')).includes(start));
  for (const format of ['wide', 'json']) {
    assert.ok((await shown('workload', 'get', 'web', '-o', format)).includes(PAUSED), format);
    assert.ok((await shown('events', 'web', '-o', format)).includes(PAUSED), format);
  }
  for (const format of ['table', 'json']) {
    const info = await shown('capsule', 'info', '-o', format);
    assert.ok(info.includes('look at `capsulectl capsule logs`'), info);
  }
});
