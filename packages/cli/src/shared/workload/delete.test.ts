import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import { startFakeCapsule } from '../../testing/fake-capsule.ts';
import { runCapsulectl } from '../../testing/run-capsulectl.ts';

const services = (existing: ReadonlySet<string>) => ({
  workload: { delete: ({ name }: { name: string }) => ({ existed: existing.has(name) }) },
});

test('each deleted workload is printed, and a missing one is exit code 3', async () => {
  await using capsule = await startFakeCapsule(services(new Set(['a', 'b'])));
  const result = await runCapsulectl(['workload', 'delete', 'a', 'nope', 'b'], capsule);
  assert.equal(result.exitCode, 3);
  assert.equal(result.stdout, 'a deleted\nb deleted\n');
  assert.match(result.stderr, /^error: there is no workload named nope\n/);
});

test('a missing workload can be a success', async () => {
  await using capsule = await startFakeCapsule(services(new Set()));
  const words = ['workload', 'delete', 'nope', '--ignore-missing'];
  assert.deepEqual(await runCapsulectl(words, capsule), {
    exitCode: 0,
    stdout: 'nope does not exist\n',
    stderr: '',
  });
});

test('a delete lives through a restart of the capsule in the middle of it', async () => {
  const { promise: asked, resolve } = Promise.withResolvers<void>();
  await using capsule = await startFakeCapsule({
    workload: {
      async delete(_request, { signal }) {
        resolve();
        await once(signal, 'abort');
        return {};
      },
    },
  });
  const restart = asked.then(() => capsule.kill()).then(() => capsule.start(services(new Set())));
  const result = await runCapsulectl(['workload', 'delete', 'web'], capsule);
  await restart;
  assert.deepEqual(result, { exitCode: 0, stdout: 'web deleted\n', stderr: '' });
});

test('a workload that uses its grace beyond the time of the wait is reported as not deleted', async () => {
  await using capsule = await startFakeCapsule({
    workload: {
      async delete(_request, { signal }) {
        await once(signal, 'abort');
        return {};
      },
    },
  });
  const words = ['workload', 'delete', 'slow', '--timeout', '1s'];
  const result = await runCapsulectl(words, capsule);
  assert.equal(result.exitCode, 5);
  assert.match(result.stderr, /^error: slow was not deleted after 1 s\n/);
  assert.match(result.stderr, /keeps deleting it.*workload delete --force slow/);
});
