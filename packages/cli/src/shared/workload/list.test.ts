import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type WorkloadKind, workloadToProto } from '@capsule/api/wire';
import { MICRO_VM_DEFAULTS } from '@capsule/core';
import { parseManifests } from '@capsule/core/manifest';
import { startFakeCapsule } from '../../testing/fake-capsule.ts';
import { runCapsulectl } from '../../testing/run-capsulectl.ts';
import { CREATED_AT, sampleWorkload } from '../../testing/sample-workload.ts';

const LONG = 'registry.example.org:5000/some/very/long/path/of/an/image:with-a-long-tag-0123456789';
const WORKLOADS = [
  sampleWorkload(),
  sampleWorkload({
    spec: { name: 'db', image: LONG, networkMode: 'host', ports: [] },
    status: { phase: 'failed', reason: 'IMAGE_NOT_FOUND', message: 'no such\u001b[31m image' },
  }),
  sampleWorkload({
    spec: { name: 'job' },
    status: {
      phase: 'pending',
      reason: 'Pulling',
      progress: { stage: 'pulling', doneBytes: 45, totalBytes: 100 },
    },
  }),
];

async function list(...words: string[]) {
  await using capsule = await startFakeCapsule({
    workload: { list: () => ({ workloads: WORKLOADS.map(workloadToProto) }) },
  });
  const now = () => CREATED_AT + 3 * 60_000;
  // Awaited here: the capsule goes at the end of this function.
  return await runCapsulectl(['workload', 'list', ...words], { target: capsule.target, now });
}

test('the table fits 80 columns and cuts only what may be cut', async () => {
  const { exitCode, stdout, stderr } = await list();
  assert.equal(exitCode, 0);
  assert.equal(stderr, '');
  assert.ok(
    stdout.split('\n').every((line) => line.length <= 80),
    stdout,
  );
  assert.equal(
    stdout,
    [
      'NAME  STATUS                    AGE  ADDRESS       PORTS         IMAGE',
      'web   Running                   3m   172.20.254.2  8080->80/tcp  nginx:1.27-alp…',
      'db    Failed (IMAGE_NOT_FOUND)  3m   host          -             registry.examp…',
      'job   Pending (pulling 45%)     3m   172.20.254.2  8080->80/tcp  nginx:1.27-alp…',
      '',
    ].join('\n'),
  );
});

test('wide tables cut nothing, and no control character reaches the terminal', async () => {
  const { stdout } = await list('-o', 'wide');
  assert.ok(stdout.includes(LONG));
  assert.ok(stdout.includes('no such [31m image'));
});

test('a microVM is listed, shown and printed as one', async () => {
  const vm = sampleWorkload({ spec: { name: 'vm', kind: 'microVm', microVm: MICRO_VM_DEFAULTS } });
  await using capsule = await startFakeCapsule({
    workload: {
      list: () => ({ workloads: [vm, ...WORKLOADS].map(workloadToProto) }),
      get: () => workloadToProto(vm),
    },
  });
  const told = async (...words: string[]) =>
    (await runCapsulectl(['workload', ...words], capsule)).stdout;
  const wide = await told('list', '-o', 'wide');
  assert.match(wide, /^vm +MicroVM +Running /m);
  assert.match(wide, /^web +Container +Running /m);
  const shown = await told('get', 'vm');
  assert.match(shown, /^Kind: +MicroVM$/m);
  assert.match(shown, /^Memory: +256 MiB$/m);
  const [read] = parseManifests(await told('get', 'vm', '-o', 'yaml'), 'f');
  assert.deepEqual(read?.spec, vm.spec);
});

test('names come one a line', async () => {
  assert.equal((await list('-o=name')).stdout, 'web\ndb\njob\n');
});

test('JSON is a list of manifests with status', async () => {
  const [web] = JSON.parse((await list('--output', 'json')).stdout);
  assert.equal(web.name, 'web');
  assert.equal(web.container.ports[0].hostPort, 8080);
  assert.equal(web.status.phase, 'WORKLOAD_PHASE_RUNNING');
  assert.equal(web.createdAt, '2026-01-01T12:00:00.000Z');
});

test('YAML is a stream of documents', async () => {
  const { stdout } = await list('-oyaml');
  assert.equal(stdout.split('---\n').length, 3);
});

test('an output that does not exist is a usage error', async () => {
  const { exitCode, stderr } = await list('-o', 'xml');
  assert.equal(exitCode, 2);
  assert.match(stderr, /table, wide, json, yaml, name/);
});

test('a workload of a newer capsule is told as an error, and the others are shown', async () => {
  const [web] = WORKLOADS.map(workloadToProto);
  await using capsule = await startFakeCapsule({
    workload: {
      list: () => ({
        workloads: web ? [{ ...web, name: 'vm', kind: 99 as WorkloadKind }, web] : [],
      }),
    },
  });
  const { exitCode, stdout, stderr } = await runCapsulectl(
    ['workload', 'list', '-o', 'name'],
    capsule,
  );
  assert.equal(exitCode, 2);
  assert.equal(stdout, 'web\n');
  assert.match(stderr, /workload "vm"/);
});
