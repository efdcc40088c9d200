import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startFakeCapsule } from '../../testing/fake-capsule.ts';
import { runCapsulectl } from '../../testing/run-capsulectl.ts';

async function login(keys: string, options: { readonly isTyped: boolean }) {
  const given: string[] = [];
  await using capsule = await startFakeCapsule({
    registry: {
      login: ({ secret }) => {
        given.push(secret);
        return {};
      },
    },
  });
  let isRaw = false;
  const terminal = {
    size: () => ({ cols: 80, rows: 24 }),
    onResize: () => ({ [Symbol.dispose]: () => undefined }),
    raw: () => {
      isRaw = true;
      const restore = () => {
        isRaw = false;
      };
      return { [Symbol.dispose]: restore };
    },
  };
  const words = ['registry', 'login', 'ghcr.io', '-u', 'ann'];
  const result = await runCapsulectl(options.isTyped ? words : [...words, '--password-stdin'], {
    target: capsule.target,
    stdin: keys,
    ...(options.isTyped ? { terminal } : {}),
  });
  return { ...result, given, isRaw };
}

test('a typed password is taken up to Enter, with corrections, and is never shown', async () => {
  const { given, stdout, stderr, exitCode, isRaw } = await login('hunteö\x7fr2\rmore', {
    isTyped: true,
  });
  assert.deepEqual([given, exitCode, isRaw], [['hunter2'], 0, false]);
  assert.equal(stderr, 'Password of ann at ghcr.io: \r\n');
  assert.equal(stdout, 'ann is logged in to ghcr.io\n');
});

test('Ctrl-C ends it with nothing kept', async () => {
  const { given, exitCode, isRaw } = await login('hunt\x03', { isTyped: true });
  assert.deepEqual([given, exitCode, isRaw], [[], 130, false]);
});

test('from the input the first line counts', async () => {
  const { given, stderr } = await login('tok en\r\nsecond line\n', { isTyped: false });
  assert.deepEqual([given, stderr], [['tok en'], '']);
});

test('without a terminal and without the flag nothing is read', async () => {
  const result = await runCapsulectl(['registry', 'login', 'ghcr.io', '-u', 'ann'], {
    target: 'unix:/nonexistent',
  });
  assert.equal(result.exitCode, 2);
  assert.match(result.stderr, /--password-stdin/);
});
