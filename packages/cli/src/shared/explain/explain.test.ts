import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runCapsulectl } from '../../testing/run-capsulectl.ts';

test('an error code is explained without a capsule', async () => {
  const { exitCode, stdout, stderr } = await runCapsulectl(['explain', 'VOLUME_IN_USE']);
  assert.deepEqual({ exitCode, stderr }, { exitCode: 0, stderr: '' });
  assert.match(stdout, /^message: +volume <name> is in use by <holder>$/m);
  assert.match(stdout, /^fix: .*`capsulectl workload stop <holder>`/m);
  assert.match(stdout, /^exit code: +4$/m);
});

test('a program reads the same as JSON', async () => {
  const { stdout } = await runCapsulectl(['explain', 'volume_in_use', '-o', 'json']);
  const { code, kind, exitCode, grpcStatus, canRetry } = JSON.parse(stdout);
  assert.deepEqual(
    { code, kind, exitCode, grpcStatus, canRetry },
    {
      code: 'VOLUME_IN_USE',
      kind: 'precondition',
      exitCode: 4,
      grpcStatus: 'failed_precondition',
      canRetry: true,
    },
  );
});

test('an unknown code is an error that names the nearest code', async () => {
  const { exitCode, stderr } = await runCapsulectl(['explain', 'VOLUME_IN_USED']);
  assert.equal(exitCode, 3);
  assert.match(
    stderr,
    /there is no error code "VOLUME_IN_USED"\n {2}fix: did you mean VOLUME_IN_USE\?/,
  );
});

test('the command under an error explains that error', async () => {
  const { stderr } = await runCapsulectl(['explain', 'NO_SUCH_CODE']);
  const [, line = ''] = /^ {2}see: capsulectl (.*)$/m.exec(stderr) ?? [];
  const { exitCode, stdout } = await runCapsulectl(line.split(' '));
  assert.equal(exitCode, 0);
  assert.match(stdout, /^code: +CLI_CODE_UNKNOWN$/m);
});

test('a shell completes error codes', async () => {
  const { stdout } = await runCapsulectl(['__complete', '--', 'explain', 'VOLUME_IN']);
  assert.equal(stdout.split('\t')[0], 'VOLUME_IN_USE');
});
