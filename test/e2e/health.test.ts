import assert from 'node:assert/strict';
import { after, afterEach, before, suite, test } from 'node:test';
import { HealthState, WorkloadPhase } from '@capsule/api/wire';
import { type Lab, startLab } from '@capsule/testkit';
import { capsulectl } from '../lab/capsulectl.ts';
import { pushBusybox } from '../lab/push-busybox.ts';
import { deleteAll, getWorkload, manifest, untilWorkload } from '../lab/workload.ts';

const BOUND = { timeout: 180_000 };
const SERVE =
  'mkdir -p /tmp/www; echo up > /tmp/www/index.html; exec busybox httpd -f -p 80 -h /tmp/www';
const serving = { image: 'serve:1', stopSignal: 'SIGKILL' };
const PACE = { intervalSeconds: 1, timeoutSeconds: 2, retries: 2 };
const exec = (...words: string[]) => ({ exec: { command: words }, ...PACE });

let lab: Lab;

suite('health', { concurrency: false }, () => {
  before(async () => {
    lab = await startLab({ images: [] });
    await pushBusybox(lab, 'serve:1', { Cmd: ['/bin/sh', '-c', SERVE] });
  }, BOUND);
  after(() => lab[Symbol.asyncDispose](), BOUND);
  afterEach(() => deleteAll(lab), BOUND);

  test('each kind of probe succeeds for a working server', BOUND, async () => {
    const probes = {
      http: { http: { port: 80, path: '/' }, ...PACE },
      tcp: { tcp: { port: 80 }, ...PACE },
      exec: exec('busybox', 'wget', '-qO', '/dev/null', 'http://127.0.0.1/'),
    };
    for (const [kind, healthCheck] of Object.entries(probes)) {
      await apply(kind, { ...serving, healthCheck });
      const { stdout } = await capsulectl(lab, ['workload', 'list', '-o', 'json']);
      const shown = (JSON.parse(stdout) as { name: string; status: { health: string } }[]).find(
        ({ name }) => name === kind,
      );
      assert.equal(shown?.status.health, 'healthy');
    }
  });

  test('an unhealthy container is restarted, unless onFailure is none', BOUND, async () => {
    const check = exec('ls', '/tmp/www/index.html');
    await apply('watched', { ...serving, healthCheck: { ...check, onFailure: 'none' } });
    await apply('cured', { ...serving, healthCheck: check });
    const { status } = await getWorkload(lab, 'watched');
    for (const name of ['watched', 'cured']) {
      await capsulectl(lab, [
        'workload',
        'exec',
        name,
        '--',
        'busybox',
        'rm',
        '/tmp/www/index.html',
      ]);
    }
    const sick = await untilWorkload(
      lab,
      'watched',
      ({ status }) => status?.health === HealthState.UNHEALTHY,
    );
    assert.equal(sick.status?.pid, status.pid);
    assert.match(sick.status?.message ?? '', /index\.html/);
    const cured = await untilWorkload(
      lab,
      'cured',
      ({ status }) => status?.restartCount === 1 && status.health === HealthState.HEALTHY,
    );
    assert.equal(cured.status?.phase, WorkloadPhase.RUNNING);
    const { stdout } = await capsulectl(lab, ['events', 'cured']);
    assert.match(stdout, /Unhealthy[\s\S]*Exited[\s\S]*Ready/);
  });

  test(
    'an update that does not become ready is rolled back, and the apply reports it afterwards',
    BOUND,
    async () => {
      const block = {
        ...serving,
        updatePolicy: 'rollback',
        updateTimeoutSeconds: 4,
        healthCheck: { http: { port: 80, path: '/' }, ...PACE },
      };
      await apply('web', block);
      const broken = { ...block, command: ['/bin/sh', '-c', 'echo no config >&2; exit 7'] };
      const wait = ['apply', '-f', '-', '--wait', '--timeout', '60s'];
      const { stderr } = await capsulectl(lab, wait, {
        input: manifest('web', broken),
        allow: [1],
      });
      assert.match(stderr, /generation 2 of web was not ready and was rolled back/);
      assert.match(stderr, /why: ended with exit code 7 \([2-9] times\); [\s\S]*\n {4}no config\n/);
      assert.match(
        stderr,
        /fix: the capsule went back to the last good generation: Running \(healthy\)/,
      );
      const back = await untilWorkload(lab, 'web', () => true);
      assert.equal(back.status?.health, HealthState.HEALTHY);
      assert.deepEqual(back.container?.command, []);
      assert.equal(back.status?.rolledBackGeneration, 2n);
      assert.match((await capsulectl(lab, ['events', 'web'])).stdout, /RolledBack/);
    },
  );

  test(
    'dependent workloads wait for the health check, not only for the process',
    BOUND,
    async () => {
      const slow = `sleep 3; ${SERVE}`;
      const db = {
        ...serving,
        command: ['/bin/sh', '-c', slow],
        healthCheck: { tcp: { port: 80 }, ...PACE, startPeriodSeconds: 20 },
      };
      const both = [manifest('web', { ...serving, dependsOn: ['db'] }), manifest('db', db)];
      await capsulectl(lab, ['apply', '-f', '-', '--wait'], { input: both.join('\n---\n') });
      const started = async (name: string) => {
        const { stdout } = await capsulectl(lab, ['workload', 'get', name, '-o', 'json']);
        return Date.parse(
          (JSON.parse(stdout) as { status: { startedAt: string } }).status.startedAt,
        );
      };
      assert.ok((await started('web')) - (await started('db')) >= 2_500);
    },
  );
});

async function apply(name: string, block: Readonly<Record<string, unknown>> & { image: string }) {
  await capsulectl(lab, ['apply', '-f', '-', '--wait', '--timeout', '60s'], {
    input: manifest(name, block),
  });
}
