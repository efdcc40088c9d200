import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SAMPLE_MACHINE } from '../sample-machine.ts';
import { resumeCalls, takeCalls } from './snapshot-calls.ts';

const lines = (calls: ReturnType<typeof resumeCalls>) =>
  calls.map(({ method, path, body }) => `${method} ${path} ${JSON.stringify(body)}`);

test('a template stands still before it is written', () => {
  const { steps, state, memory } = takeCalls();
  assert.deepEqual([state, memory], ['/taken/state', '/taken/memory']);
  assert.deepEqual(
    steps.map(({ path }) => path),
    ['/vm', '/snapshot/create'],
  );
});

test('a machine gets its own link and its own disks before it goes on', () => {
  const [metrics, load, first, second, resume, ...rest] = lines(
    resumeCalls(SAMPLE_MACHINE, '/run/vm/s/metrics'),
  );
  assert.equal(metrics, 'PUT /metrics {"metrics_path":"/s/metrics"}');
  assert.match(load ?? '', /"host_dev_name":"capac14fe02".*"resume_vm":false/);
  assert.equal(first, 'PATCH /drives/disk0 {"drive_id":"disk0","path_on_host":"/disk0"}');
  assert.match(second ?? '', /disk1/);
  assert.equal(resume, 'PATCH /vm {"state":"Resumed"}');
  assert.deepEqual(rest, []);
});
