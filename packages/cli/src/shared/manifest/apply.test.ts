import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import {
  errorToDetail,
  type ReportedWorkload,
  specFromProto,
  type Workload,
  WorkloadChange,
  workloadToProto,
} from '@capsule/api/wire';
import { action, defineErrors, remedy } from '@capsule/core';
import { Interruption } from '../../program/context/interruption.ts';
import { type FakeServices, startFakeCapsule } from '../../testing/fake-capsule.ts';
import { runCapsulectl } from '../../testing/run-capsulectl.ts';
import { sampleWorkload } from '../../testing/sample-workload.ts';

const manifest = (name: string, port = 8080) => `name: ${name}
kind: Container
container:
  image: nginx
  ports: [{containerPort: 80, hostPort: ${port}}]
`;

type Status = Partial<ReportedWorkload['status']>;

const PENDING: Status = {
  phase: 'pending',
  reason: 'Accepted',
  message: 'waiting',
  observedGeneration: 0,
};

function workloadOf(workload: Workload, status: Status) {
  return sampleWorkload({ spec: specFromProto(workload), status });
}

/** A capsule that stores specs, and reports the states of `story` for each workload. */
function servicesWith(
  story: readonly Status[],
  stays: boolean,
): Required<Pick<FakeServices, 'manifest' | 'workload'>> & {
  readonly applied: string[];
} {
  const applied: string[] = [];
  return {
    applied,
    manifest: {
      apply({ workloads }) {
        applied.push(...workloads.map(({ name }) => name));
        const results = workloads.map((one) => ({
          name: one.name,
          workload: workloadToProto(workloadOf(one, PENDING)),
          change: WorkloadChange.CREATED,
        }));
        return { workloads: results };
      },
    },
    workload: {
      async *watch({ names }, { signal }) {
        for (const status of story) {
          for (const name of names) {
            yield { workload: workloadToProto(sampleWorkload({ spec: { name }, status })) };
          }
        }
        if (!stays) return;
        const { promise, resolve } = Promise.withResolvers<void>();
        signal.addEventListener('abort', () => resolve());
        await promise;
      },
    },
  };
}

test('nothing is applied when any document of any file is bad, and all problems are reported', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'capsulectl-apply-'));
  try {
    await writeFile(join(folder, '1.yaml'), manifest('a'));
    await writeFile(join(folder, '2.yml'), manifest('Bad', 8081));
    await writeFile(join(folder, '3.json'), '{"name": "c", "kind": "Container", "conteiner": {}}');
    await writeFile(join(folder, 'notes.txt'), 'not a manifest');
    const services = servicesWith([], false);
    await using capsule = await startFakeCapsule(services);
    const { exitCode, stdout, stderr } = await runCapsulectl(['apply', '-f', folder], capsule);
    assert.equal(exitCode, 2);
    assert.equal(stdout, '');
    assert.deepEqual(services.applied, []);
    assert.ok(stderr.includes(`${folder}/2.yml:1:7: name: "Bad" is not a valid name`), stderr);
    assert.ok(
      stderr.includes('3.json:1:36: unknown key `conteiner` (did you mean `container`?)'),
      stderr,
    );
    assert.ok(stderr.includes('3.json:1:1: container: is missing'), stderr);
  } finally {
    await rm(folder, { recursive: true });
  }
});

test('all documents of a folder are applied in the order of their files', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'capsulectl-apply-'));
  try {
    await writeFile(join(folder, 'b.yaml'), `${manifest('three', 3)}---\n${manifest('four', 4)}`);
    await writeFile(join(folder, 'a.yaml'), manifest('one', 1));
    await writeFile(join(folder, 'a.yml'), manifest('two', 2));
    const services = servicesWith([], false);
    await using capsule = await startFakeCapsule(services);
    const { stdout } = await runCapsulectl(['apply', '-f', folder, '--no-wait'], capsule);
    assert.deepEqual(services.applied, ['one', 'two', 'three', 'four']);
    assert.equal(stdout, 'one created\ntwo created\nthree created\nfour created\n');
  } finally {
    await rm(folder, { recursive: true });
  }
});

test('waiting prints each step once and ends with one line for each workload', async () => {
  const story: Status[] = [
    PENDING,
    { ...PENDING, progress: { stage: 'pulling', doneBytes: 1, totalBytes: 100 } },
    { ...PENDING, progress: { stage: 'pulling', doneBytes: 50, totalBytes: 100 } },
    { ...PENDING, progress: { stage: 'starting', doneBytes: 0, totalBytes: 0 } },
    { phase: 'running', observedGeneration: 1 },
  ];
  await using capsule = await startFakeCapsule(servicesWith(story, true));
  const result = await runCapsulectl(['apply', '-f', '-', '--wait'], {
    target: capsule.target,
    stdin: manifest('web'),
  });
  assert.deepEqual(result, {
    exitCode: 0,
    stdout: 'web created, running at 172.20.254.2, 8080->80/tcp\n',
    stderr: 'web: Pending\nweb: pulling\nweb: starting\n',
  });
});

const SETTLING: Status = { phase: 'running', observedGeneration: 1, settling: true };
const ENDED: Status = { observedGeneration: 1, startedAt: 1_000, finishedAt: 1_500 };

/** Reports the states of the story, and serves a log of these lines. */
function servicesWithLog(story: readonly Status[], lines: readonly string[]) {
  const services = servicesWith(story, true);
  const workload: FakeServices['workload'] = {
    ...services.workload,
    async *logs({ tailLines }) {
      for (const line of lines.slice(-tailLines)) yield { data: Buffer.from(`${line}\n`) };
    },
  };
  return { ...services, workload };
}

test('a workload counts as running when the capsule says that it is ready', async () => {
  const story: Status[] = [SETTLING, { ...SETTLING, settling: false }];
  await using capsule = await startFakeCapsule(servicesWith(story, true));
  const result = await runCapsulectl(['apply', '-f', '-', '--wait'], {
    target: capsule.target,
    stdin: manifest('web'),
  });
  assert.deepEqual(result, {
    exitCode: 0,
    stdout: 'web created, running at 172.20.254.2, 8080->80/tcp\n',
    stderr: 'web: running, and ready after it has run for 1 s\n',
  });
});

test('a program that ends early is exit code 1, with its exit code and last lines', async () => {
  const message = 'ended with exit code 3; will be restarted';
  const ended: Status = { ...ENDED, phase: 'failed', reason: 'BackOff', message, exitCode: 3 };
  const lines = ['old', '1', '2', '3', '4', 'no \u001b[31mspace'];
  await using capsule = await startFakeCapsule(servicesWithLog([SETTLING, ended], lines));
  const { exitCode, stdout, stderr } = await runCapsulectl(['apply', '-f', '-', '--wait'], {
    target: capsule.target,
    stdin: manifest('web'),
  });
  assert.equal(exitCode, 1);
  assert.equal(stdout, 'web created, failed (BackOff)\n');
  assert.match(
    stderr,
    /error: web did not stay up: ended with exit code 3; will be restarted\n {2}why: the last lines of its log are\n {4}1\n {4}2\n {4}3\n {4}4\n {4}no {2}\[31mspace\n {2}fix: /,
  );
});

test('a program that is done is a failure only where it is to run on, and never ran long', async () => {
  const message = 'ended with exit code 0';
  const done: Status = { ...ENDED, phase: 'pending', reason: 'BackOff', message, exitCode: 0 };
  const cases: readonly (readonly [Status, number])[] = [
    [{ ...done, phase: 'stopped', reason: 'Completed' }, 0],
    [{ ...done, finishedAt: 2_000 }, 0],
    [done, 1],
  ];
  for (const [status, wanted] of cases) {
    await using capsule = await startFakeCapsule(servicesWithLog([status], []));
    const { exitCode, stderr } = await runCapsulectl(['apply', '-f', '-', '--wait'], {
      target: capsule.target,
      stdin: manifest('web'),
    });
    assert.equal(exitCode, wanted, stderr);
    if (wanted === 1) assert.match(stderr, /why: it printed nothing\n {2}fix: .*on-failure/);
  }
});

test('a rollback is reported when the last good one is back, with the cause', async () => {
  const rolledBack = { from: 1, why: 'ended with exit code 1 (4 times)' };
  const message = 'generation 1 was not ready in time';
  const going: Status = { reason: 'RolledBack', message, observedGeneration: 0, rolledBack };
  const story: Status[] = [going, { ...going, observedGeneration: 1, reason: 'Ready' }];
  await using capsule = await startFakeCapsule(servicesWithLog(story, ['no such table']));
  const { exitCode, stderr } = await runCapsulectl(['apply', '-f', '-', '--wait'], {
    target: capsule.target,
    stdin: manifest('web'),
  });
  assert.equal(exitCode, 1);
  const [progress, ...error] = stderr.split('\n');
  assert.equal(progress, `web: ${message}`);
  assert.match(
    error.join('\n'),
    /rolled back\n {2}why: ended with exit code 1 \(4 times\); the last lines of its log are\n {4}no such table\n {2}fix: the capsule went back to the last good generation: Running \(healthy\);/,
  );
});

test('a port of the host that another program has is a warning', async () => {
  const services = servicesWith([{ phase: 'running', observedGeneration: 1 }], true);
  const taken = (port: string) => ({
    code: 'HOST_PORT_TAKEN',
    message: `port ${port} of the capsule is not available at 127.0.0.1: taken`,
    hint: 'publish another port',
  });
  const getInfo = () => ({ problems: [taken('8080/tcp'), taken('80/tcp')] });
  await using capsule = await startFakeCapsule({ ...services, capsule: { getInfo } });
  const { exitCode, stderr } = await runCapsulectl(['apply', '-f', '-', '--wait'], {
    target: capsule.target,
    stdin: manifest('web'),
  });
  assert.equal(exitCode, 0);
  assert.equal(
    stderr,
    'warning: port 8080/tcp of the capsule is not available at 127.0.0.1: taken; publish another port\n',
  );
});

test('on a terminal, apply waits by default, and removes its progress lines at the end', async () => {
  const story: Status[] = [PENDING, { phase: 'running', observedGeneration: 1 }];
  await using capsule = await startFakeCapsule(servicesWith(story, true));
  const { stdout, stderr } = await runCapsulectl(['apply', '-f', '-'], {
    target: capsule.target,
    stdin: manifest('web'),
    isTerminal: true,
  });
  assert.match(stdout, /^web created, running/);
  assert.equal(stderr, 'web: Pending\n\u001b[1F\u001b[J');
});

test('the lines of an apply and its warnings are broken at words of a terminal', async () => {
  const services = servicesWith([{ phase: 'running', observedGeneration: 1 }], true);
  const message = 'port 8080/tcp of the capsule is not available at 127.0.0.1: taken';
  const problem = { code: 'HOST_PORT_TAKEN', message, hint: 'publish another port' };
  const getInfo = () => ({ problems: [problem] });
  await using capsule = await startFakeCapsule({ ...services, capsule: { getInfo } });
  const { stdout, stderr } = await runCapsulectl(['apply', '-f', '-'], {
    target: capsule.target,
    stdin: manifest('web'),
    isTerminal: true,
    columns: 40,
  });
  assert.equal(stdout, 'web created, running at 172.20.254.2,\n  8080->80/tcp\n');
  assert.equal(
    stderr.split('\u001b[J').at(-1),
    [
      'warning: port 8080/tcp of the capsule is',
      '         not available at 127.0.0.1:',
      '         taken; publish another port',
      '',
    ].join('\n'),
  );
});

test('a failure ends the waiting with what, why and what to do', async () => {
  const failed: Status = {
    phase: 'failed',
    reason: 'IMAGE_NOT_FOUND',
    message: 'docker.io/library/nope:latest does not exist',
    hint: remedy`bring it with ${action('image.push')}`,
    observedGeneration: 1,
  };
  await using capsule = await startFakeCapsule(servicesWith([PENDING, failed], true));
  const { exitCode, stdout, stderr } = await runCapsulectl(['apply', '-f', '-', '--wait'], {
    target: capsule.target,
    stdin: manifest('web'),
  });
  assert.equal(exitCode, 1);
  assert.equal(stdout, 'web created, failed (IMAGE_NOT_FOUND)\n');
  assert.match(stderr, /error: web is not running: Failed \(IMAGE_NOT_FOUND\)\n {2}why: docker.io/);
  assert.match(stderr, /fix: bring it with `capsulectl image push`; the capsule keeps trying\n/);
});

test('a failure of an older generation does not end the waiting', async () => {
  const old: Status = { phase: 'failed', reason: 'X', observedGeneration: 0 };
  const story = [old, { phase: 'running', observedGeneration: 1 } as const];
  await using capsule = await startFakeCapsule(servicesWith(story, true));
  const { exitCode } = await runCapsulectl(['apply', '-f', '-', '--wait'], {
    target: capsule.target,
    stdin: manifest('web'),
  });
  assert.equal(exitCode, 0);
});

test('a wait that takes too long is exit code 5 and names the state', async () => {
  await using capsule = await startFakeCapsule(servicesWith([PENDING], true));
  const { exitCode, stderr } = await runCapsulectl(
    ['apply', '-f', '-', '--wait', '--timeout', '50ms'],
    { target: capsule.target, stdin: manifest('web') },
  );
  assert.equal(exitCode, 5);
  assert.match(stderr, /error: web was not ready after 0\.05 s: Pending\n {2}why: waiting\n/);
});

const waitingFor = (name: string): Status => ({
  phase: 'pending',
  reason: 'WaitingForDependency',
  message: `waits until ${name} is ready`,
});

test('a wait for other workloads shows their names, and its timeout names the cause', async () => {
  const services = servicesWith([PENDING, waitingFor('app')], true);
  const broken: Status = { phase: 'failed', reason: 'X', message: 'ended with exit code 3' };
  const others = [
    sampleWorkload({ spec: { name: 'app', dependsOn: ['db', 'cache'] }, status: waitingFor('db') }),
    sampleWorkload({ spec: { name: 'cache' } }),
    sampleWorkload({ spec: { name: 'db' }, status: broken }),
  ];
  const workload: FakeServices['workload'] = {
    list: () => ({ workloads: others.map(workloadToProto) }),
    async *watch({ names: [name = ''] }, { signal }) {
      for (const status of [PENDING, waitingFor('app')]) {
        const spec = { name, dependsOn: ['app'] };
        yield { workload: workloadToProto(sampleWorkload({ spec, status })) };
      }
      const { promise, resolve } = Promise.withResolvers<void>();
      signal.addEventListener('abort', () => resolve());
      await promise;
    },
  };
  await using capsule = await startFakeCapsule({ ...services, workload });
  const { exitCode, stderr } = await runCapsulectl(
    ['apply', '-f', '-', '--wait', '--timeout', '300ms'],
    { target: capsule.target, stdin: manifest('web') },
  );
  assert.equal(exitCode, 5);
  assert.match(stderr, /^web: Pending\nweb: waits until app is ready\nerror: /);
  assert.match(stderr, /web was not ready after 0\.3 s: waits until app is ready$/m);
  assert.match(stderr, /^ {2}why: db: ended with exit code 3$/m);
  assert.match(stderr, /^ {2}fix: .*`capsulectl workload get db` shows the state/m);
});

test('Ctrl-C names what was applied, and says that it goes on', async () => {
  await using capsule = await startFakeCapsule(servicesWith([PENDING], true));
  const stop = new AbortController();
  const { exitCode, stderr } = await runCapsulectl(['apply', '-f', '-', '--wait'], {
    target: capsule.target,
    stdin: `${manifest('web')}---\n${manifest('api', 8081)}`,
    signal: stop.signal,
    onWrite: (text) => {
      if (text.includes('Pending')) stop.abort(new Interruption('SIGINT'));
    },
  });
  assert.equal(exitCode, 130);
  assert.match(stderr, /^web created\napi created\nstopped waiting; the capsule goes on with/m);
});

test('a timeout names the condition that was missed', async () => {
  const workload = workloadToProto(sampleWorkload());
  await using capsule = await startFakeCapsule({
    workload: { ...servicesWith([{}], true).workload, get: () => workload },
  });
  const { exitCode, stderr } = await runCapsulectl(
    ['workload', 'wait', 'web', '--for=stopped', '--timeout', '300ms'],
    { target: capsule.target },
  );
  assert.equal(exitCode, 5);
  assert.match(stderr, /error: web was not stopped after 0\.3 s: Running\n/);
});

test('waiting lives through a restart of the capsule', async () => {
  await using capsule = await startFakeCapsule(servicesWith([PENDING], true));
  let restart = Promise.resolve();
  const result = await runCapsulectl(['apply', '-f', '-', '--wait'], {
    target: capsule.target,
    stdin: manifest('web'),
    onWrite: (text) => {
      if (!text.startsWith('web: Pending')) return;
      restart = capsule
        .kill()
        .then(() =>
          capsule.start(servicesWith([{ phase: 'running', observedGeneration: 1 }], true)),
        );
    },
  });
  await restart;
  assert.equal(result.exitCode, 0);
  assert.match(result.stdout, /^web created, running/);
});

test('one that is refused keeps all others back, and is reported', async () => {
  const error = defineErrors('WORKLOAD', {
    PORT_TAKEN: { kind: 'precondition', message: (_: object) => 'the port is taken' },
  });
  await using capsule = await startFakeCapsule({
    manifest: {
      apply: ({ workloads }) => ({
        workloads: workloads.map(({ name }) =>
          name === 'a' ? { name, error: errorToDetail(error.PORT_TAKEN({})) } : { name },
        ),
      }),
    },
  });
  const result = await runCapsulectl(['apply', '-f', '-'], {
    target: capsule.target,
    stdin: `${manifest('a', 1)}---\n${manifest('b', 2)}`,
  });
  assert.equal(result.exitCode, 4);
  assert.equal(result.stdout, '');
  assert.match(result.stderr, /^error: the port is taken\n/);
  assert.match(result.stderr, /\nnothing was applied\n$/);
});

test('a file that is not there is exit code 3, no -f is exit code 2', async () => {
  assert.equal((await runCapsulectl(['apply', '-f', '/nonexistent.yaml'])).exitCode, 3);
  const none = await runCapsulectl(['apply']);
  assert.equal(none.exitCode, 2);
  assert.match(none.stderr, /-f FILE is missing/);
});
