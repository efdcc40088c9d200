import assert from 'node:assert/strict';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, before, suite, test } from 'node:test';
import { run } from '@capsule/host';
import { busyboxImage, dockerArchive, type Lab, startLab } from '@capsule/testkit';
import { capsulectl } from '../lab/capsulectl.ts';
import { pushBusybox } from '../lab/push-busybox.ts';
import { runInTerminal } from '../lab/terminal.ts';
import { deleteAll, runWorkload, WRITES_ROOT } from '../lab/workload.ts';

const BOUND = { timeout: 180_000 };
const NGINX = 'docker.io/library/nginx:1.27-alpine';
const STAY = ['/bin/sh', '-c', 'trap "exit 0" TERM; while :; do sleep 1000 & wait; done'];

let lab: Lab;
const image = (...args: readonly string[]) => lab.capsulectl('image', ...args);
const names = async () => (await capsulectl(lab, ['image', 'list', '-o', 'name'])).stdout;

suite('the life of an image', { concurrency: false }, () => {
  before(async () => {
    lab = await startLab();
  }, BOUND);
  after(() => lab[Symbol.asyncDispose](), BOUND);
  afterEach(async () => {
    await deleteAll(lab);
    await image('prune', '--all');
  }, BOUND);

  test(
    'an image is pulled with progress, shown with its configuration, and removed',
    BOUND,
    async () => {
      const pull = runInTerminal(lab, ['capsulectl', 'image', 'pull', 'nginx:1.27-alpine']);
      assert.equal(await pull.exit, 0);
      assert.match(pull.text(), /pulling/);
      assert.match(pull.text(), /nginx:1\.27-alpine\s+sha256:[0-9a-f]{64}/);
      const { stdout } = await image('get', 'nginx:1.27-alpine');
      assert.match(stdout, /Used by: +none[\s\S]*Cmd: [\s\S]*Layers: +sha256:/);
      assert.equal((await image('rm', 'nginx:1.27-alpine')).exitCode, 0);
      assert.equal((await image('rm', 'nginx:1.27-alpine')).exitCode, 3);
      assert.equal((await image('get', 'nginx:1.27-alpine')).exitCode, 3);
      assert.equal((await image('pull', 'nothing/here:1')).exitCode, 3);
      assert.equal((await image('pull', 'Not A Reference')).exitCode, 2);
    },
  );

  test('an image that a workload needs is not removed, running or stopped', BOUND, async () => {
    await runWorkload(lab, 'web', { image: NGINX, ...WRITES_ROOT });
    for (const state of ['start', 'stop']) {
      await capsulectl(lab, ['workload', state, 'web']);
      const refused = await image('rm', NGINX);
      assert.equal(refused.exitCode, 4);
      assert.match(refused.stderr, /needed by web/);
      await image('prune', '--all');
      assert.equal(await names(), `${NGINX}\n`);
    }
    assert.match((await image('list')).stdout, /USED BY[\s\S]* web$/m);
  });

  test('a container keeps its image when the tag changes', BOUND, async () => {
    await pushBusybox(lab, 'mine:dev', { Cmd: STAY, Env: ['V=1'] });
    await runWorkload(lab, 'web', { image: 'mine:dev' });
    await pushBusybox(lab, 'mine:dev', { Cmd: STAY, Env: ['V=2'] });
    await image('prune', '--all');
    await capsulectl(lab, ['workload', 'stop', 'web']);
    await lab.killContainerd();
    await lab.ready();
    await capsulectl(lab, ['workload', 'start', 'web']);
    const env = await capsulectl(lab, ['workload', 'exec', 'web', '--', 'sh', '-c', 'echo $V']);
    assert.equal(env.stdout, '2\n');
  });

  test('a prune keeps new images, and reports the freed space', BOUND, async () => {
    await pushBusybox(lab, 'one:1', { Cmd: STAY });
    await pushBusybox(lab, 'two:1', { Cmd: STAY, Env: ['A=b'] });
    const careful = await image('prune');
    assert.match(careful.stdout, /one:1 kept[\s\S]*two:1 kept[\s\S]*freed 0 B/);
    const rehearsed = await image('prune', '--all', '--dry-run');
    assert.match(rehearsed.stdout, /one:1 would be removed/);
    assert.match(await names(), /one:1\n.*two:1/);
    const { stdout } = await image('prune', '--all', '-o', 'json');
    const { freedBytes } = JSON.parse(stdout) as { freedBytes: number };
    const { size } = await stat('/bin/busybox');
    const none = await image('prune', '--all', '--dry-run');
    assert.equal(none.stdout, 'nothing would be removed\n');
    // Packed and unpacked, once for both names: they share their layers.
    assert.ok(freedBytes > size && freedBytes < 6 * size, `${freedBytes} of ${size}`);
    assert.equal(await names(), '');
  });

  test('other programs can read a saved image, and it can be pushed again', BOUND, async () => {
    const folder = await mkdtemp(join(tmpdir(), 'save-'));
    try {
      await pushBusybox(lab, 'mine:1', { Cmd: STAY });
      const before = (await image('get', 'mine:1', '-o', 'json')).stdout;
      const path = join(folder, 'mine.tar');
      assert.equal((await image('save', 'mine:1', '-o', path)).exitCode, 0);
      const { stdout } = await run('skopeo', ['inspect', '--config', `oci-archive:${path}`]);
      assert.match(stdout, /trap/);
      await image('prune', '--all');
      assert.equal((await image('push', path)).exitCode, 0);
      const digestOf = (text: string) => (JSON.parse(text) as { digest: string }).digest;
      assert.equal(digestOf((await image('get', 'mine:1', '-o', 'json')).stdout), digestOf(before));
      assert.equal((await image('save', 'nothing:1', '-o', join(folder, 'none'))).exitCode, 3);
      await assert.rejects(stat(join(folder, 'none')));
      const piped = await run(
        'sh',
        ['-c', 'capsulectl image save mine:1 | tar -t | grep -c index.json'],
        {
          env: lab.env,
        },
      );
      assert.equal(piped.stdout.trim(), '1');
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  test('a pull updates a tag, and so does a start with imagePullPolicy Always', BOUND, async () => {
    const archive = dockerArchive(await busyboxImage({ Cmd: STAY }), [NGINX]);
    await capsulectl(lab, ['image', 'push', '-'], { input: archive });
    const old = (await image('get', NGINX, '-o', 'json')).stdout;
    await runWorkload(lab, 'web', { image: NGINX, ...WRITES_ROOT, imagePullPolicy: 'Always' });
    const now = (await image('get', NGINX, '-o', 'json')).stdout;
    assert.notEqual(now, old);
    assert.match((await capsulectl(lab, ['events', 'web'])).stdout, /Pulled/);
  });
});
