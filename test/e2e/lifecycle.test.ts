import assert from 'node:assert/strict';
import { after, afterEach, before, suite, test } from 'node:test';
import { WorkloadPhase } from '@capsule/api/wire';
import { busyboxImage, dockerArchive, type Lab, startLab } from '@capsule/testkit';
import { capsulectl } from '../lab/capsulectl.ts';
import { page } from '../lab/page.ts';
import { pushBusybox } from '../lab/push-busybox.ts';
import { until } from '../lab/until.ts';
import {
  deleteAll,
  getWorkload,
  manifest,
  runWorkload,
  untilWorkload,
  WRITES_ROOT,
} from '../lab/workload.ts';

const BOUND = { timeout: 180_000 };
const GRACE_SECONDS = 60;
const STAY = 'trap "exit 0" TERM; while :; do sleep 1000 & wait; done';
const STUBBORN = 'trap "" TERM; while :; do sleep 1000 & wait; done';
const sh = (script: string) => ({ image: 'stay:1', command: ['/bin/sh', '-c', script] });

let lab: Lab;

suite('the life of a workload', { concurrency: false }, () => {
  before(async () => {
    lab = await startLab({ images: [] });
    await pushBusybox(lab, 'stay:1', { Cmd: ['/bin/sh', '-c', STAY] });
  }, BOUND);
  after(() => lab[Symbol.asyncDispose](), BOUND);
  afterEach(() => deleteAll(lab), BOUND);

  test(
    'a stopped workload stays stopped, and keeps its files for the next start',
    BOUND,
    async () => {
      await runWorkload(lab, 'web', { ...sh(STAY), ...WRITES_ROOT });
      await capsulectl(lab, [
        'workload',
        'exec',
        'web',
        '--',
        'sh',
        '-c',
        'echo kept > /data/note',
      ]);
      assert.match((await verb('stop', 'web')).stdout, /^web stopped$/m);
      assert.match((await verb('stop', 'web')).stdout, /was already stopped/);
      assert.equal((await getWorkload(lab, 'web')).status.phase, 'WORKLOAD_PHASE_STOPPED');
      await lab.restart();
      const applied = await capsulectl(lab, ['apply', '-f', '-'], {
        input: manifest('web', { ...sh(STAY), ...WRITES_ROOT, labels: { a: 'b' } }),
      });
      assert.match(applied.stdout, /configured/);
      assert.equal((await getWorkload(lab, 'web')).status.phase, 'WORKLOAD_PHASE_STOPPED');
      assert.match((await verb('start', 'web')).stdout, /^web started: Running$/m);
      assert.match((await verb('start', 'web')).stdout, /already/);
      const { stdout } = await capsulectl(lab, [
        'workload',
        'exec',
        'web',
        '--',
        'cat',
        '/data/note',
      ]);
      assert.equal(stdout, 'kept\n');
    },
  );

  test(
    'a stop uses the signal and grace period of the manifest, and then kills the program',
    BOUND,
    async () => {
      const script =
        'trap "echo quit; exit 0" QUIT; trap "" TERM; echo up; while :; do sleep 0.1; done';
      await runWorkload(lab, 'heeds', {
        ...sh(script),
        stopSignal: 'SIGQUIT',
        stopGraceSeconds: GRACE_SECONDS,
      });
      const begun = performance.now();
      await verb('stop', 'heeds');
      assert.ok(performance.now() - begun < GRACE_SECONDS * 1000, 'its grace was waited for');
      assert.equal((await getWorkload(lab, 'heeds')).status.exitCode, 0);
      await runWorkload(lab, 'stubborn', { ...sh(STUBBORN), stopGraceSeconds: 1 });
      await verb('stop', 'stubborn');
      const { status } = await getWorkload(lab, 'stubborn');
      assert.deepEqual([status.reason, status.exitCode], ['Killed', 137]);
      await runWorkload(lab, 'forced', { ...sh(STUBBORN), stopGraceSeconds: 3600 });
      await capsulectl(lab, ['workload', 'delete', '--force', 'forced']);
    },
  );

  test('a restart starts a new process in the same container', BOUND, async () => {
    const before = await runWorkload(lab, 'web', sh(STAY));
    assert.match((await verb('restart', 'web')).stdout, /^web restarted: Running$/m);
    const { status } = await getWorkload(lab, 'web');
    assert.notEqual(status.pid, before.status.pid);
    assert.equal(status.restartCount, 0);
    const events = await capsulectl(lab, ['events', 'web', '-o', 'json']);
    const all = JSON.parse(events.stdout) as { reason: string; uid: string }[];
    const reasons = all.filter(({ uid }) => uid === before.uid).map(({ reason }) => reason);
    assert.deepEqual(
      reasons.filter((reason) => ['Applied', 'Running', 'Exited', 'Asked'].includes(reason)),
      ['Applied', 'Running', 'Asked', 'Exited', 'Running'],
    );
  });

  test('each restart policy works as documented', BOUND, async () => {
    const ends = { 'on-failure': 0, never: 3 } as const;
    for (const [restartPolicy, code] of Object.entries(ends)) {
      const block = { ...sh(`echo ran; exit ${code}`), restartPolicy };
      await capsulectl(lab, ['apply', '-f', '-'], { input: manifest('job', block) });
      const { exitCode, stdout } = await verb('wait', 'job', '--for=exit');
      assert.deepEqual(
        [exitCode, stdout],
        [code === 0 ? 0 : 1, `job ended with exit code ${code}\n`],
      );
      const { status } = await getWorkload(lab, 'job');
      assert.deepEqual(
        [status.reason, status.restartCount],
        [code === 0 ? 'Completed' : 'Failed', 0],
      );
      await lab.killCapsuled();
      await lab.ready();
      assert.equal((await getWorkload(lab, 'job')).status.restartCount, 0);
      await verb('start', 'job', '--no-wait');
      await until('a second run', 20_000, async () => {
        const logs = await capsulectl(lab, ['workload', 'logs', 'job']);
        return logs.stdout === 'ran\nran\n';
      });
      await deleteAll(lab);
    }
    const block = { ...sh('exit 3'), restartPolicy: 'on-failure' };
    await capsulectl(lab, ['apply', '-f', '-'], { input: manifest('again', block) });
    await untilWorkload(lab, 'again', ({ status }) => (status?.restartCount ?? 0) >= 2);
  });

  test('an out-of-memory kill is reported', BOUND, async () => {
    const script = 'x=x; while :; do x=$x$x; done';
    const block = { ...sh(script), resources: { memory: '16MiB' }, restartPolicy: 'never' };
    await capsulectl(lab, ['apply', '-f', '-'], { input: manifest('hungry', block) });
    const { status } = await untilWorkload(
      lab,
      'hungry',
      ({ status }) => status?.phase === WorkloadPhase.FAILED && status.oomKilled,
    );
    assert.match(status?.message ?? '', /memory/);
    assert.match(
      (await capsulectl(lab, ['workload', 'describe', 'hungry'])).stdout,
      /resources\.memory/,
    );
  });

  test('a workload waits for its dependencies', BOUND, async () => {
    const block = { ...sh(STAY), dependsOn: ['db'] };
    const input = manifest('web', block);
    const early = await lab.capsulectlWith({ input }, 'apply', '-f', '-');
    assert.equal(early.exitCode, 4);
    assert.match(early.stderr, /web depends on db, which does not exist/);
    await runWorkload(lab, 'db', sh(STAY));
    await verb('stop', 'db');
    await capsulectl(lab, ['apply', '-f', '-'], { input });
    const waiting = await untilWorkload(
      lab,
      'web',
      ({ status }) => status?.reason === 'WaitingForDependency',
    );
    assert.match(waiting.status?.message ?? '', /db/);
    await verb('start', 'db');
    await untilWorkload(lab, 'web', ({ status }) => status?.phase === WorkloadPhase.RUNNING);
    const cycle = manifest('db', { ...sh(STAY), dependsOn: ['web'] });
    const refused = await lab.capsulectlWith({ input: cycle }, 'apply', '-f', '-');
    assert.equal(refused.exitCode, 4);
    assert.match(refused.stderr, /db needs web needs db/);
  });

  test(
    'a restart uses the new image of a changed tag, and the running container keeps the old one',
    BOUND,
    async () => {
      await pushBusybox(lab, 'mine:dev', { Cmd: ['/bin/sh', '-c', STAY], Env: ['V=1'] });
      const first = await runWorkload(lab, 'web', { image: 'mine:dev', imagePullPolicy: 'Never' });
      const archive = dockerArchive(
        await busyboxImage({ Cmd: ['/bin/sh', '-c', STAY], Env: ['V=2'] }),
        ['mine:dev'],
      );
      await capsulectl(lab, ['image', 'push', '-'], { input: archive });
      assert.equal((await getWorkload(lab, 'web')).status.imageDigest, first.status.imageDigest);
      await verb('restart', 'web');
      assert.notEqual((await getWorkload(lab, 'web')).status.imageDigest, first.status.imageDigest);
      const none = manifest('none', { image: 'nothing:here', imagePullPolicy: 'Never' });
      const wait = ['apply', '-f', '-', '--wait', '--timeout', '30s'];
      const { stderr } = await capsulectl(lab, wait, { input: none, allow: [1] });
      assert.match(stderr, /not in the image cache/);
    },
  );

  test(
    'changes that need no new container happen in place, and a dry run changes nothing',
    BOUND,
    async () => {
      const serve =
        'mkdir -p /tmp/www; echo page > /tmp/www/index.html; exec busybox httpd -f -p 80 -h /tmp/www';
      const before = await runWorkload(lab, 'web', sh(serve));
      const ports = [{ containerPort: 80, hostPort: 18_300 }];
      const input = manifest('web', { ...sh(serve), ports, labels: { app: 'web' } });
      const diff = (text: string) => lab.capsulectlWith({ input: text }, 'diff', '-f', '-');
      const fresh = await diff(manifest('fresh', sh(serve)));
      assert.match(fresh.stdout, /^fresh would be created\n( {2}\+ .*\n)+$/);
      const shown = await diff(input);
      assert.equal(shown.exitCode, 1);
      assert.match(shown.stdout, /in place[\s\S]*container\.ports[\s\S]*container\.labels\.app/);
      const rehearsed = await capsulectl(lab, ['apply', '-f', '-', '--dry-run'], { input });
      assert.match(rehearsed.stdout, /would be changed in place/);
      assert.equal((await getWorkload(lab, 'web')).generation, before.generation);
      await capsulectl(lab, ['apply', '-f', '-', '--wait'], { input });
      assert.equal((await getWorkload(lab, 'web')).status.pid, before.status.pid);
      assert.equal(await page(`http://${lab.address}:18300/`), 'page\n');
      assert.equal((await diff(input)).exitCode, 0);
      assert.equal((await diff('name: X')).exitCode, 2);
      const other = await diff(manifest('web', { ...sh(STAY), ports }));
      assert.match(other.stdout, /with a new container/);
    },
  );

  test(
    'apply waits until a program has stayed up, and reports one that ended early',
    BOUND,
    async () => {
      const apply = (name: string, script: string, more: object = {}) =>
        lab.capsulectlWith(
          { input: manifest(name, { ...sh(script), minReadySeconds: 1, ...more }) },
          ...['apply', '-f', '-', '--wait', '--timeout', '30s'],
        );
      const [stays, crashes, falls, done, loops] = await Promise.all([
        apply('stays', STAY),
        apply('crashes', 'echo on fire >&2; exit 3', { restartPolicy: 'never' }),
        apply('falls', 'sleep 0.3; exit 4'),
        apply('done', 'exit 0', { restartPolicy: 'on-failure' }),
        apply('loops', 'echo done; exit 0'),
      ]);
      assert.equal(stays.exitCode, 0, stays.stderr);
      const { startedAt = '' } = (await getWorkload(lab, 'stays')).status;
      assert.ok(Date.now() - Date.parse(startedAt) >= 1_000, startedAt);
      assert.equal(crashes.exitCode, 1);
      assert.match(crashes.stderr, /crashes did not stay up: ended with exit code 3/);
      assert.match(crashes.stderr, /why: the last lines of its log are\n {4}on fire\n/);
      assert.equal(falls.exitCode, 1);
      assert.match(falls.stderr, /exit code 4; will be restarted\n {2}why: it printed nothing/);
      assert.equal(done.exitCode, 0, done.stderr);
      assert.match(done.stdout, /^done created, stopped \(Completed\)$/m);
      assert.equal(loops.exitCode, 1);
      assert.match(loops.stderr, /exit code 0[\s\S]*fix: .*on-failure/);
    },
  );

  test('labels select workloads, and events of deleted workloads remain', BOUND, async () => {
    await runWorkload(lab, 'one', { ...sh(STAY), labels: { app: 'a', old: 'yes' } });
    await runWorkload(lab, 'two', { ...sh(STAY), labels: { app: 'a' } });
    const list = async (selector: string) =>
      (await capsulectl(lab, ['workload', 'list', '-l', selector, '-o', 'name'])).stdout;
    assert.equal(await list('app=a,!old'), 'two\n');
    assert.equal(await list('app=b'), '');
    const bad = await lab.capsulectl('workload', 'list', '-l', 'a b');
    assert.equal(bad.exitCode, 2);
    await verb('stop', '-l', 'app=a');
    await capsulectl(lab, ['workload', 'delete', '-l', 'old']);
    const { stdout } = await capsulectl(lab, ['events', 'one', '-n', '1']);
    assert.match(stdout, /Deleted/);
    assert.match(
      (await capsulectl(lab, ['workload', 'get', 'two'])).stdout,
      /TIME +REASON[\s\S]*Stopped/,
    );
  });
});

function verb(name: string, ...args: readonly string[]) {
  return lab.capsulectl('workload', name, ...args);
}
