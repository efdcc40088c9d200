import assert from 'node:assert/strict';
import { mkdtempDisposable, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { run } from './run.ts';

const node = process.execPath;

function script(text: string): readonly string[] {
  return ['--eval', text];
}

test('both streams and the exit code are collected', async () => {
  const text =
    'process.stdout.write("out\\n"); process.stderr.write("err\\n"); process.exitCode = 3';
  const result = await run(node, script(text), { allow: [0, 3] });
  assert.deepEqual(result, { exitCode: 3, stdout: 'out\n', stderr: 'err\n' });
});

test('input arrives completely, and ends', async () => {
  const input = 'x'.repeat(300_000);
  const { stdout } = await run('wc', ['-c'], { input });
  assert.equal(stdout.trim(), '300000');
});

test('arguments are not shell text', async () => {
  const { stdout } = await run('printf', ['%s', '$(id); *']);
  assert.equal(stdout, '$(id); *');
});

test('an exit code that is not allowed is a failure with the last line of output', async () => {
  const failing = run(node, script('process.stderr.write("first\\nlast"); process.exitCode = 7'));
  await assert.rejects(failing, (failure: Error & { facts: Record<string, unknown> }) => {
    assert.match(failure.message, /ended with 7: last$/);
    assert.equal(failure.facts['exitCode'], 7);
    return true;
  });
});

test('a program that is killed is a failure that names the signal', async () => {
  const killed = run(
    node,
    script('process.kill(process.pid, "SIGTERM"); setTimeout(() => {}, 9e5)'),
  );
  await assert.rejects(killed, { code: 'PROCESS_FAILED', message: /ended with SIGTERM/ });
});

test('a missing program could not be started', async () => {
  await assert.rejects(run('capsule-no-such-program', []), { code: 'PROCESS_NOT_STARTED' });
});

test('a program that takes too long is killed', async () => {
  const endless = run(node, script('setTimeout(() => {}, 9e5)'), { timeoutMs: 50 });
  await assert.rejects(endless, { code: 'PROCESS_TIMEOUT', kind: 'timeout' });
});

test('aborting kills the program and rejects with the reason', async () => {
  const reason = new RangeError('enough');
  const abort = new AbortController();
  const running = run(node, script('setTimeout(() => {}, 9e5)'), { signal: abort.signal });
  abort.abort(reason);
  await assert.rejects(running, reason);
  await assert.rejects(run('true', [], { signal: abort.signal }), reason);
});

test('an aborted program has ended when the abort is reported', async () => {
  const abort = new AbortController();
  await using folder = await mkdtempDisposable(join(tmpdir(), 'capsule-run-'));
  const file = join(folder.path, 'pid');
  await run('mkfifo', [file]);
  const text = 'echo $$ > "$0"; while :; do :; done';
  const running = run('sh', ['-c', text, file], { signal: abort.signal });
  const pid = Number(await readFile(file, 'utf8'));
  abort.abort();
  await assert.rejects(running, { name: 'AbortError' });
  assert.throws(() => process.kill(pid, 0), { code: 'ESRCH' });
});

test('a program that is killed is not waited for until its children close its output', async () => {
  const text = 'sleep 600 & echo $!; wait';
  const failing = run('sh', ['-c', text], { timeoutMs: 300 });
  await assert.rejects(failing, (failure: Error & { facts: Record<string, unknown> }) => {
    process.kill(Number(failure.facts['stdout']), 'SIGKILL');
    return 'code' in failure && failure.code === 'PROCESS_TIMEOUT';
  });
});

test('a killed program that does not end is reported as left', async () => {
  // The limit is over before the kernel can have removed the process.
  const endless = run('sleep', ['600'], { timeoutMs: 1, deathMs: 0 });
  await assert.rejects(endless, { code: /^PROCESS_(LEFT|TIMEOUT)$/ });
});

test('a program that does not read its input is judged by its exit code', async () => {
  await run('true', [], { input: 'x'.repeat(1_000_000) });
});

test('output beyond the limit is dropped, and the program continues', async () => {
  const { stdout } = await run('head', ['-c', String(40 * 1024 * 1024), '/dev/zero']);
  assert.ok(stdout.length >= 16 * 1024 * 1024 && stdout.length < 17 * 1024 * 1024);
});
