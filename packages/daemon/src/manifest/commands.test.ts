import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  type ApplyChange,
  completeSpec,
  keyedLock,
  type RegistrySpec,
  VOLUME_UNIT_BYTES,
  type VolumeSpec,
  type WorkloadSpec,
} from '@capsule/core';
import { openStore, SecretBox } from '@capsule/engine';
import { fakeError, fakeOutside } from '@capsule/testkit';
import fc from 'fast-check';
import { RegistryCommands } from '../registry/commands.ts';
import { RegistryRecords } from '../registry/records.ts';
import { MIGRATIONS } from '../store/migrations.ts';
import { createTestResources } from '../testing/create-test-resources.ts';
import { ManifestCommands, type ManifestOutcomes } from './commands.ts';
import { manifestKinds } from './kinds.ts';
import type { Outcome } from './outcome.ts';

const TABLES = ['cell', 'container', 'container_status', 'cell_good', 'pause', 'address', 'event'];
const MORE_TABLES = ['volume', 'snapshot', 'registry', 'registry_login', 'sqlite_sequence'];

/** A capsuled whose controllers stand still, so that nothing changes but what a call changes. */
function setUp() {
  const db = openStore(':memory:', MIGRATIONS);
  const outside = fakeOutside();
  const { runtime } = outside;
  const { names, network } = outside.network;
  const { backend: disk } = outside.volumes;
  const files: string[] = [];
  const unused = () => assert.fail('not used in this test');
  const { resources: system, base } = createTestResources(db, outside, {
    now: () => 0,
    monotonicMs: () => 0,
  });
  // A queue that is closed takes turns no more: specs are stored, and nothing follows.
  const stopped = system.workloads.controller[Symbol.asyncDispose]();
  system.network.namePublisher.start();
  const notified: string[] = [];
  base.feed.listen((key) => notified.push(key));
  const registries = new RegistryCommands({
    records: new RegistryRecords(db),
    hosts: {
      declare: async (all) => {
        files.push(all.map(({ name }) => name).join());
        return new Map();
      },
      isHandMade: async (name) => name === 'made.by:1',
      check: unused,
    },
    secrets: new SecretBox('/nonexistent/secret.key'),
    log: base.log,
  });
  const manifests = new ManifestCommands({
    db,
    kinds: manifestKinds({
      registries,
      scopes: system.cells.scopeCommands,
      ranges: system.cells.ranges,
      cells: system.cells.applier,
      volumes: system.volumes.commands,
      workloads: system.workloads.commands,
    }),
    lock: keyedLock(),
  });
  const dump = () => ({
    tables: [...TABLES, ...MORE_TABLES].map((table) => db.all(`SELECT * FROM ${table}`)),
    calls: [disk.calls, network.calls, runtime.calls].map((calls) => [...calls]),
    names: structuredClone(names.names),
    notified: [...notified],
    files: [...files],
  });
  const apply = (
    bundle: { registries?: RegistrySpec[]; volumes?: VolumeSpec[]; workloads?: WorkloadSpec[] },
    dryRun = false,
  ) =>
    manifests.apply(
      {
        registries: bundle.registries ?? [],
        volumes: bundle.volumes ?? [],
        scopes: [],
        cells: [],
        workloads: (bundle.workloads ?? []).map((spec) => ({ spec })),
      },
      { dryRun },
    );
  return { apply, dump, disk, names, stopped, system };
}

const volume = (name: string, mebibytes = 64): VolumeSpec => ({
  name,
  sizeBytes: mebibytes * VOLUME_UNIT_BYTES,
});
const workload = (name: string, change: Partial<WorkloadSpec> = {}): WorkloadSpec =>
  completeSpec({ name, image: 'nginx', ...change });
const mounting = (...names: string[]) => ({
  mounts: names.map((volumeName) => ({
    volumeName,
    mountPath: `/${volumeName}`,
    readOnly: false,
    copyUp: false,
  })),
});
const registry = (name: string): RegistrySpec => ({
  name,
  mirrors: [],
  plainHttp: true,
  insecure: false,
  caCertificate: '',
});
const wordOf = (outcome: Outcome<{ readonly change: ApplyChange }>) => {
  if (outcome === undefined) return '-';
  return 'error' in outcome ? outcome.error.code : outcome.applied.change;
};
const wordsOf = ({ registries, volumes, workloads }: ManifestOutcomes) =>
  [...registries, ...volumes, ...workloads].map(wordOf);

test('a bundle whose parts need each other is rehearsed and applied', async () => {
  const { apply, names } = setUp();
  const bundle = {
    registries: [registry('registry.home:5000')],
    volumes: [volume('data')],
    workloads: [workload('web', { dependsOn: ['db'] }), workload('db', mounting('data'))],
  };
  const created = ['created', 'created', 'created', 'created'];
  assert.deepEqual(wordsOf(await apply(bundle, true)), created);
  assert.equal(names.lookup('db'), 'no such name');
  assert.deepEqual(wordsOf(await apply(bundle)), created);
  assert.deepEqual(wordsOf(await apply(bundle)), Array(4).fill('unchanged'));
});

const WRONG = {
  'a dependency that leads back': {
    workloads: [workload('a', { dependsOn: ['b'] }), workload('b', { dependsOn: ['a'] })],
  },
  'a dependency that is nowhere': { workloads: [workload('a', { dependsOn: ['ghost'] })] },
  'a size that is smaller': { volumes: [volume('old', 32)] },
  'storage that no volume refers to': { volumes: [volume('stray')] },
  'a size that is none': { volumes: [volume('odd', 1.5)] },
  'a volume that is nowhere': { workloads: [workload('a', mounting('ghost'))] },
  'a volume that another mounts': { workloads: [workload('a', mounting('old'))] },
  'a volume that two mount': {
    volumes: [volume('new')],
    workloads: [workload('a', mounting('new')), workload('b', mounting('new'))],
  },
  'a port that another publishes': {
    workloads: [workload('a', { ports: [{ hostPort: 80, containerPort: 80, protocol: 'tcp' }] })],
  },
  'a registry that a person has set up': { registries: [registry('made.by:1')] },
  'a field that breaks a rule': { workloads: [workload('a', { stopSignal: 'SIGNOTHING' })] },
} as const;

for (const [what, wrong] of Object.entries(WRONG)) {
  test(`nothing of a bundle is applied where one has ${what}`, async () => {
    const { apply, dump, disk } = setUp();
    await disk.create({ ...volume('stray'), uid: 'x' });
    const port = { hostPort: 80, containerPort: 80, protocol: 'tcp' } as const;
    const there = [workload('there', { ...mounting('old'), ports: [port] })];
    await apply({ volumes: [volume('old')], workloads: there });
    const parts: {
      registries?: RegistrySpec[];
      volumes?: VolumeSpec[];
      workloads?: WorkloadSpec[];
    } = structuredClone(wrong) as never;
    const bundle = {
      registries: [registry('fine:1'), ...(parts.registries ?? [])],
      volumes: [volume('fine'), ...(parts.volumes ?? [])],
      workloads: [workload('fine', mounting('fine')), ...(parts.workloads ?? [])],
    };
    const before = dump();
    const rehearsed = wordsOf(await apply(bundle, true));
    assert.ok(
      rehearsed.some((word) => /^[A-Z]+_/.test(word)),
      String(rehearsed),
    );
    assert.deepEqual(dump(), before);
    const refused = rehearsed.map((word) => (/^[A-Z]+_/.test(word) ? word : '-'));
    assert.deepEqual(wordsOf(await apply(bundle)), refused);
    assert.deepEqual(dump(), before);
  });
}

test('a disk failure leaves later resources undone, and the same apply continues', async () => {
  const { apply, disk, system } = setUp();
  const bundle = {
    volumes: [volume('a'), volume('b')],
    workloads: [workload('web', mounting('a', 'b'))],
  };
  disk.failNext('create', fakeError('PROCESS_FAILED', 'internal', 'no space'));
  assert.deepEqual(wordsOf(await apply(bundle)), ['PROCESS_FAILED', '-', '-']);
  assert.deepEqual(system.records.specs.list(), []);
  assert.deepEqual(wordsOf(await apply(bundle)), ['created', 'created', 'created']);
});

test('two concurrent bundles with the same new volume both get what they declare', async () => {
  const { apply, system } = setUp();
  const [first, second] = await Promise.all([
    system.volumes.commands.apply(volume('data', 64)),
    apply({ volumes: [volume('data', 128)] }),
  ]);
  assert.deepEqual([first.change, wordsOf(second)], ['created', ['configured']]);
  assert.equal((await system.volumes.observer.get('data')).sizeBytes, 128 * VOLUME_UNIT_BYTES);
});

const anyName = fc.constantFrom('a', 'b', 'c', 'd');
const anyBundle = fc.record({
  registries: fc.uniqueArray(fc.constantFrom('one:1', 'two:2', 'made.by:1').map(registry), {
    selector: ({ name }) => name,
  }),
  volumes: fc.uniqueArray(
    fc.tuple(anyName, fc.constantFrom(16, 32, 64)).map(([name, size]) => volume(name, size)),
    { selector: ({ name }) => name },
  ),
  workloads: fc.uniqueArray(
    fc
      .record({
        name: anyName,
        dependsOn: fc.uniqueArray(anyName, { maxLength: 2 }),
        mounts: fc.uniqueArray(anyName, { maxLength: 2 }),
        hostPort: fc.integer({ min: 0, max: 3 }),
        networkMode: fc.constantFrom('bridge' as const, 'host' as const),
        image: fc.constantFrom('nginx', 'redis', 'NOT an image'),
      })
      .map(({ mounts, hostPort, ...rest }) =>
        workload(rest.name, {
          ...rest,
          ...mounting(...mounts),
          ports: hostPort === 0 ? [] : [{ hostPort, containerPort: 80, protocol: 'tcp' }],
        }),
      ),
    { selector: ({ name }) => name },
  ),
});

test('a rehearsal of any bundle on any capsule changes nothing visible and predicts the apply', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(anyBundle, { maxLength: 3 }), anyBundle, async (past, bundle) => {
      const { apply, dump } = setUp();
      for (const one of past) await apply(one);
      const before = dump();
      const rehearsed = wordsOf(await apply(bundle, true));
      assert.deepEqual(dump(), before);
      const isRefused = rehearsed.some((word) => /^[A-Z]+_/.test(word));
      const done = wordsOf(await apply(bundle));
      if (isRefused) assert.deepEqual(dump(), before);
      else assert.deepEqual(done, rehearsed);
    }),
    { numRuns: 100 },
  );
});
