import assert from 'node:assert/strict';
import { test } from 'node:test';
import { machineError } from './errors.ts';
import { retryCrashed } from './retry-crashed.ts';

const crash = (detail: string) => machineError.CRASHED({ part: 'kernel', detail });

/** Fails with these in turn, then succeeds. */
function failing(...failures: readonly Error[]) {
  let count = 0;
  const run = async () => {
    const failure = failures[count];
    count += 1;
    if (failure !== undefined) throw failure;
    return count;
  };
  return { run, count: () => count };
}

test('a crashed machine is started once more, and this is reported', async () => {
  const said: string[] = [];
  assert.equal(await retryCrashed(failing(crash('oops')).run, (text) => said.push(text)), 2);
  assert.equal(said.length, 1);
  assert.match(said[0] ?? '', /kernel.*oops.*once more/);
});

test('a second crash is a failure', async () => {
  const { run, count } = failing(crash('first'), crash('second'), crash('third'));
  await assert.rejects(
    retryCrashed(run, () => undefined),
    { code: 'MACHINE_CRASHED', message: /second/ },
  );
  assert.equal(count(), 2);
});

test('after any other failure, the test is not repeated', async () => {
  const { run, count } = failing(machineError.FAILED({ detail: 'exit 1' }));
  await assert.rejects(
    retryCrashed(run, () => assert.fail('said')),
    { code: 'MACHINE_FAILED' },
  );
  assert.equal(count(), 1);
});
