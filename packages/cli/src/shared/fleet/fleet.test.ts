import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import {
  CapsuleService,
  EventService,
  ManifestService,
  WorkloadService,
  workloadToProto,
} from '@capsule/api/wire';
import { startRemoteCapsule } from '@capsule/testkit/remote-capsule';
import { runCapsulectl } from '../../testing/run-capsulectl.ts';
import { sampleWorkload } from '../../testing/sample-workload.ts';

function box(hostname: string, names: readonly string[]) {
  const workloads = names.map((name) => workloadToProto(sampleWorkload({ spec: { name } })));
  return startRemoteCapsule((router) => {
    router.service(WorkloadService, { list: () => ({ workloads }), get: () => workloads[0] ?? {} });
    router.service(EventService, {
      async *stream() {
        yield { uid: 'u-1', name: names[0] ?? '', reason: 'Started', message: 'running' };
      },
    });
    router.service(CapsuleService, { getInfo: () => ({ hostname }) });
    router.service(ManifestService, {});
  });
}

/** An operator with three contexts, of which the last does not answer. */
async function openFleet() {
  const folder = await mkdtemp(join(tmpdir(), 'capsule-fleet-'));
  const env = { CAPSULE_CONFIG_DIR: folder };
  const one = await box('one', ['web', 'a-longer-name']);
  const two = await box('two', ['db']);
  const gone = await box('gone', []);
  const run = (line: string) => runCapsulectl(line.split(' '), { env });
  for (const [name, fake] of Object.entries({ one, two, gone })) {
    await run(`adopt ${fake.address} --name ${name} --yes --code ABCD-EFGH`);
  }
  await gone[Symbol.asyncDispose]();
  return {
    run,
    async [Symbol.asyncDispose]() {
      await one[Symbol.asyncDispose]();
      await two[Symbol.asyncDispose]();
      await rm(folder, { recursive: true });
    },
  };
}

test('a list of several capsules is one table, with the capsule of each row', async () => {
  await using fleet = await openFleet();
  const { stdout, stderr, exitCode } = await fleet.run('workload list --capsule one,two');
  assert.deepEqual([exitCode, stderr], [0, '']);
  const [titles = '', ...rows] = stdout.trimEnd().split('\n');
  assert.match(titles, /^CAPSULE {2}NAME {11}KIND/);
  assert.deepEqual(
    rows.map((row) => row.split(/ +/).slice(0, 3)),
    [
      ['one', 'web', 'Container'],
      ['one', 'a-longer-name', 'Container'],
      ['two', 'db', 'Container'],
    ],
  );
  const names = await fleet.run('workload list -q --capsule one,two');
  assert.equal(names.stdout, 'one/web\none/a-longer-name\ntwo/db\n');
});

test('one that fails is reported, the others are shown, and the exit code is its own', async () => {
  await using fleet = await openFleet();
  const { stdout, stderr, exitCode } = await fleet.run('workload list --all -o json');
  assert.equal(exitCode, 1);
  assert.deepEqual(
    JSON.parse(stdout).map(({ capsule, name }: { capsule: string; name: string }) => [
      capsule,
      name,
    ]),
    [
      ['one', 'web'],
      ['one', 'a-longer-name'],
      ['two', 'db'],
    ],
  );
  assert.match(stderr, /^gone: error: no capsule answers at /);
  const unknown = await fleet.run('workload list --capsule one,nowhere');
  assert.match(unknown.stderr, /^nowhere: error: there is no context named nowhere/);
  assert.match(unknown.stdout, /web/);
});

test('an output without a table has the capsule in front of each line', async () => {
  await using fleet = await openFleet();
  const { stdout } = await fleet.run('capsule info --capsule one,two');
  assert.match(stdout, /^one {2}Hostname: +one$/m);
  assert.match(stdout, /^two {2}Hostname: +two$/m);
});

test('details that end with a table have the capsule in front of each line, too', async () => {
  await using fleet = await openFleet();
  const { stdout } = await fleet.run('workload get web --capsule one,two');
  assert.match(stdout, /^one {2}Name: +web$/m);
  assert.match(stdout, /^two {2}Name: +db$/m);
});

test('--all does not silently overrule --capsule', async () => {
  await using fleet = await openFleet();
  const { exitCode, stderr } = await fleet.run('workload list --all --capsule one');
  assert.equal(exitCode, 2);
  assert.match(stderr, /--all and --capsule exclude each other/);
});

test('several capsules cannot be watched at once', async () => {
  await using fleet = await openFleet();
  const { exitCode, stderr } = await fleet.run('workload list --watch --all');
  assert.equal(exitCode, 2);
  assert.match(stderr, /cannot be watched at once/);
});
