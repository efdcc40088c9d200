import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { test } from 'node:test';
import { LogStream } from '@capsule/api/wire';
import { startFakeCapsule } from './testing/fake-capsule.ts';

const MAIN = join(import.meta.dirname, 'main.ts');

/** A log that goes on until no client reads it. */
const talkative = {
  workload: {
    async *logs(_request: unknown, { signal }: { signal: AbortSignal }) {
      for (let line = 0; !signal.aborted; line += 1) {
        yield { data: Buffer.alloc(8192, 'x'), stream: LogStream.STDOUT, cursor: String(line) };
      }
    },
  },
};

function start(target: string) {
  const words = [MAIN, 'capsulectl', 'workload', 'logs', '-f', 'web'];
  return spawn(process.execPath, words, {
    env: { ...process.env, CAPSULE_HOST: target },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

test('a reader that goes away ends the program without a word', async () => {
  await using capsule = await startFakeCapsule(talkative);
  const child = start(capsule.target);
  const complaints: Buffer[] = [];
  child.stderr.on('data', (data) => complaints.push(data));
  await once(child.stdout, 'data');
  child.stdout.destroy();
  const [exitCode] = await once(child, 'exit');
  assert.equal(exitCode, 141);
  assert.equal(Buffer.concat(complaints).toString(), '');
});

test('Ctrl-C ends the program with 130, a reader that does not read notwithstanding', async () => {
  await using capsule = await startFakeCapsule(talkative);
  const child = start(capsule.target);
  await once(child.stdout, 'readable');
  child.kill('SIGINT');
  const ended = once(child, 'exit');
  child.stdout.resume();
  const [exitCode] = await ended;
  assert.equal(exitCode, 130);
});

test('the first word chooses the program', async () => {
  const answers = ['capsulectl', 'kuke', 'other'].map((name) => {
    const { status, stdout, stderr } = spawnSync(process.execPath, [MAIN, name, '--version']);
    return { status, said: `${stdout}${stderr}`.replace(/ \d.*\n/, '') };
  });
  assert.deepEqual(answers, [
    { status: 0, said: 'capsulectl' },
    { status: 0, said: 'kuke' },
    { status: 2, said: 'error: the first word is the program: capsulectl or kuke\n' },
  ]);
});
