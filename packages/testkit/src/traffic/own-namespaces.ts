import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { basename } from 'node:path';
import { type TestContext, test } from 'node:test';
import { run } from '@capsule/host';

const MARK = 'CAPSULE_TEST_IN_OWN_NAMESPACES';

/**
 * Runs a test file in network, mount and process namespaces of its own, with an empty `/run`, so
 * that the machine's network is never touched and nothing is left behind. True inside of them;
 * outside it adds one test that runs the file again inside, and answers false.
 *
 *     if (await inOwnNamespaces(import.meta.filename)) { test(…) }
 */
export async function inOwnNamespaces(file: string): Promise<boolean> {
  if (process.env[MARK] !== '1') {
    const skip = process.getuid?.() === 0 ? false : 'needs root';
    test(`${basename(file)} in namespaces of its own`, { skip }, (t) => runInside(t, file));
    return false;
  }
  await run('mount', ['-t', 'tmpfs', 'tmpfs', '/run']);
  await run('ip', ['link', 'set', 'lo', 'up']);
  return true;
}

async function runInside(t: TestContext, file: string): Promise<void> {
  const namespaces = ['--net', '--mount', '--pid', '--fork', '--mount-proc', '--kill-child'];
  const child = spawn('unshare', [...namespaces, process.execPath, file], {
    stdio: ['ignore', 'inherit', 'inherit'],
    // Without the context of this run, so that the inner run prints its results in words.
    env: { ...process.env, [MARK]: '1', NODE_TEST_CONTEXT: undefined },
  });
  t.after(() => child.kill('SIGKILL'));
  const [code] = await once(child, 'exit');
  t.assert.equal(code, 0, 'a test inside failed');
}
