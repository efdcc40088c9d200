import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type WorkloadKind, workloadToProto } from '@capsule/api/wire';
import { MICRO_VM_DEFAULTS } from '@capsule/core';
import { parseManifests } from '@capsule/core/manifest';
import { startFakeCapsule } from '../../testing/fake-capsule.ts';
import { type RunOptions, runCapsulectl } from '../../testing/run-capsulectl.ts';
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

function list(...words: string[]) {
  return listOn({}, ...words);
}

async function listOn(
  {
    otherCells = 0,
    ...options
  }: Pick<RunOptions, 'isTerminal' | 'columns'> & { readonly otherCells?: number },
  ...words: string[]
) {
  await using capsule = await startFakeCapsule({
    workload: { list: () => ({ workloads: WORKLOADS.map(workloadToProto), otherCells }) },
  });
  const now = () => CREATED_AT + 3 * 60_000;
  // Awaited here: the capsule goes at the end of this function.
  const { target } = capsule;
  return await runCapsulectl(['workload', 'list', ...words], { target, now, ...options });
}

test('the table fits a terminal and cuts only what may be cut', async () => {
  const { exitCode, stdout, stderr } = await listOn({ isTerminal: true });
  assert.deepEqual([exitCode, stderr], [0, '']);
  assert.equal(
    stdout,
    [
      'NAME  KIND       STATUS             AGE  ADDRESS       PORTS         IMAGE',
      'web   Container  Running            3m   172.20.254.2  8080->80/tcp  nginx:1.27…',
      'db    Container  Failed (IMAGE_NO…  3m   host          -             registry.e…',
      'job   Container  Pending (pulling…  3m   172.20.254.2  8080->80/tcp  nginx:1.27…',
      '',
    ].join('\n'),
  );
});

test('a wider terminal is used, and what a program reads is never cut', async () => {
  const on120 = await listOn({ isTerminal: true, columns: 120 });
  assert.match(
    on120.stdout,
    /^db .* Failed \(IMAGE_NOT_FOUND\) .* registry\.example\.org:5000\S*…$/m,
  );
  const wide = await listOn({ isTerminal: true, columns: 100 }, '-o', 'wide');
  const lines = wide.stdout.trimEnd().split('\n');
  assert.match(lines.at(-1) ?? '', /^the terminal is too narrow for DIGEST, RETRY, LABELS$/);
  assert.ok(
    lines.every((one) => one.length <= 100),
    wide.stdout,
  );
  const piped = await list();
  const line = piped.stdout.split('\n').find((one) => one.startsWith('db '));
  assert.ok(line?.endsWith(`  ${LONG}`), piped.stdout);
});

test('names alone, no titles, and paths are for scripts', async () => {
  assert.equal((await list('-q')).stdout, 'web\ndb\njob\n');
  assert.match((await list('--no-headers')).stdout, /^web {2}Container {2}Running /);
  const path = '-o=jsonpath={range [*]}{.name}={.status.reason}{"\\n"}{end}';
  assert.equal((await list(path)).stdout, 'web=Running\ndb=IMAGE_NOT_FOUND\njob=Pulling\n');
  const misspelt = await list('-o', 'jsonpath={[*].nmae}');
  assert.deepEqual([misspelt.exitCode, misspelt.stdout], [2, '']);
  assert.match(misspelt.stderr, /`nmae`.*\n {2}why: .*name, kind/);
  const both = await list('-q', '-o', 'json');
  assert.match(both.stderr, /-q prints names/);
  assert.match((await list('-o', 'jsonpath')).stderr, /-o jsonpath='\{/);
  assert.match((await list('-o', 'xml')).stderr, /"xml" is not a format\n.*jsonpath=TEMPLATE/);
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

test('a workload of a newer capsule is reported as an error, and the others are shown', async () => {
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

test('cells that are no workloads are counted for people, with the command that shows them', async () => {
  const advice = '2 cells are not shown here: `capsulectl cell list` shows all\n';
  const terminal = { isTerminal: true, otherCells: 2 };
  assert.equal((await listOn(terminal)).stderr, advice);
  assert.equal((await listOn({ otherCells: 2 })).stderr, '');
  assert.equal((await listOn(terminal, '-o', 'json')).stderr, '');
});
