import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import { run } from '@capsule/host';
import { type Lab, startLab } from '@capsule/testkit';
import { capsulectl } from '../lab/capsulectl.ts';
import { pushBusybox } from '../lab/push-busybox.ts';

const BOUND = { timeout: 120_000 };
const OPERATOR = join(import.meta.dirname, 'support/foreign-operator.py');

let lab: Lab;
let state: string;

/** The Python of Debian, which has its packages. */
async function operator(...words: readonly string[]) {
  const argv = ['-I', OPERATOR, lab.address, '50000', state, ...words];
  return JSON.parse((await run('/usr/bin/python3', argv)).stdout);
}

/** One story: each step needs those before it. */
suite('a client of another make', { concurrency: false }, () => {
  before(async () => {
    lab = await startLab({ images: [] });
    state = await mkdtemp(join(tmpdir(), 'operator-'));
    await pushBusybox(lab, 'stay:1', { Cmd: ['sleep', '1000'] });
  }, BOUND);
  after(async () => {
    await lab?.[Symbol.asyncDispose]();
    await rm(state, { recursive: true, force: true });
  }, BOUND);

  test('adopts the capsule with the code, and is refused with another one', BOUND, async () => {
    const wrong = await operator('adopt', 'AAAA-AAAA', 'python');
    assert.equal(wrong.code, 'PERMISSION_DENIED');
    const code = (await capsulectl(lab, ['adoption', 'show', '-o', 'name'])).stdout.trim();
    const { kid } = await operator('adopt', code, 'python');
    assert.deepEqual(await operator('whoami'), { kid, name: 'python' });
  });

  test('signs its calls, applies a workload and lists it', BOUND, async () => {
    assert.deepEqual(await operator('apply', 'job', 'stay:1'), { name: 'job' });
    assert.deepEqual(await operator('list'), ['job']);
  });

  test('is refused when its key is removed', BOUND, async () => {
    const { kid } = await operator('whoami');
    const folder = join(state, 'other');
    const env = { ...lab.env, CAPSULE_CONFIG_DIR: folder };
    const { stdout: pem } = await lab.capsulectlWith({ env }, 'key', 'show');
    await capsulectl(lab, ['key', 'add', '--name', 'other', '-'], { input: pem });
    await capsulectl(lab, ['key', 'rm', kid]);
    assert.equal((await operator('list')).code, 'UNAUTHENTICATED');
  });
});
