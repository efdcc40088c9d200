import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  type CellId,
  cellOfWorkload,
  completeSpec,
  FIRST_STATUS,
  isCapsuleError,
  type PortMapping,
  type WorkloadSpec,
} from '@capsule/core';
import { openStore } from '@capsule/engine';
import { FakePortListeners } from '@capsule/testkit';
import { Addresses } from '../store/addresses.ts';
import { Cells } from '../store/cells.ts';
import { GoodSpecs } from '../store/good-specs.ts';
import { MIGRATIONS } from '../store/migrations.ts';
import { WorkloadSpecs } from '../store/workload-specs.ts';
import { VolumeRecords } from '../volume/records.ts';
import { Admission } from './admission/admission.ts';
import { type ApplyOutcome, WorkloadCommands } from './commands.ts';

function setUp() {
  const db = openStore(':memory:', MIGRATIONS);
  const specs = new WorkloadSpecs(db);
  const addresses = new Addresses(db, () => '172.20.254.0/24');
  const volumes = new VolumeRecords(db, Date.now);
  const goods = new GoodSpecs(db);
  const listeners = new FakePortListeners();
  const changed: string[] = [];
  const onChange = ({ cell }: CellId) => void changed.push(cell);
  const replaced: string[] = [];
  const notes: string[] = [];
  const status = { current: FIRST_STATUS };
  const commands = new WorkloadCommands({
    db,
    specs,
    now: () => 5,
    admission: new Admission({
      cells: new Cells(db),
      specs,
      goods,
      addresses,
      volumes,
      listeners,
      ownAddresses: { has: (address) => address.startsWith('127.') },
      hostPaths: { exists: (path) => !path.startsWith('/absent') },
      limits: new Set(['memoryBytes']),
      statusOf: () => status.current,
      ownFolders: ['/perm/volumes'],
      leastMib: 96,
    }),
    statusOf: () => status.current,
    note: (_record, reason) => void notes.push(reason),
    onReplace: ({ container }) => void replaced.push(container),
    onChange,
  });
  return {
    replaced,
    commands,
    specs,
    goods,
    listeners,
    addresses,
    volumes,
    changed,
    notes,
    status,
  };
}

function specOf(name: string, change: Partial<WorkloadSpec> = {}): WorkloadSpec {
  return completeSpec({ name, image: 'nginx', ...change });
}

const port = (hostPort: number, protocol: 'tcp' | 'udp' = 'tcp'): PortMapping => ({
  containerPort: 80,
  hostPort,
  protocol,
});
const asDesired = (spec: WorkloadSpec) => ({ spec });
const codeOf = (outcome: ApplyOutcome) =>
  'error' in outcome ? outcome.error.code : outcome.applied.change;
const hasCode = (code: string) => (error: unknown) => isCapsuleError(error) && error.code === code;

test('the same spec twice changes nothing', () => {
  const { commands, changed } = setUp();
  assert.equal(commands.apply(specOf('web')).change, 'created');
  assert.equal(commands.apply(specOf('web')).change, 'unchanged');
  assert.deepEqual(changed, ['web']);
});

test('a changed spec is the next generation of the same workload', () => {
  const { commands } = setUp();
  const first = commands.apply(specOf('web')).record;
  const { record, change } = commands.apply(specOf('web', { image: 'redis' }));
  assert.equal(change, 'configured');
  assert.equal(record.generation, first.generation + 1);
  assert.equal(record.uid, first.uid);
});

test('a port that another workload publishes is refused, and nothing is kept of the spec', () => {
  const { commands, specs, addresses } = setUp();
  commands.apply(specOf('web', { ports: [port(8080)] }));
  assert.throws(
    () => commands.apply(specOf('other', { ports: [port(8080)] })),
    hasCode('WORKLOAD_PORT_TAKEN'),
  );
  assert.equal(specs.get('other'), undefined);
  assert.equal(addresses.get(cellOfWorkload('other')), undefined);
  commands.apply(specOf('other', { ports: [port(8080, 'udp')] }));
});

test('a port is free again as soon as its workload is to go', () => {
  const { commands } = setUp();
  commands.apply(specOf('web', { ports: [port(8080)] }));
  commands.delete('web');
  assert.equal(commands.apply(specOf('other', { ports: [port(8080)] })).change, 'created');
});

test('a workload that is applied while it is being deleted is a new one', () => {
  const { commands, replaced } = setUp();
  const { record: old } = commands.apply(specOf('web'));
  assert.equal(commands.delete('web'), true);
  commands.apply(specOf('web'), { dryRun: true });
  assert.deepEqual(replaced, []);
  const { record, change } = commands.apply(specOf('web'));
  assert.deepEqual(replaced, ['web']);
  assert.equal(change, 'created');
  assert.notEqual(record.uid, old.uid);
  assert.equal(record.desired, 'running');
});

test('a record whose spec has changed is not removed', () => {
  const { commands, specs } = setUp();
  commands.apply(specOf('web'));
  commands.delete('web');
  const going = specs.get('web');
  assert.ok(going);
  commands.apply(specOf('web'));
  assert.equal(specs.remove(going), false);
});

test('deleting a missing name says so', () => {
  assert.equal(setUp().commands.delete('nothing'), false);
});

test('a spec that breaks a rule is refused before anything is written', () => {
  const { commands, specs } = setUp();
  assert.throws(() => commands.apply(specOf('No Name')), hasCode('MANIFEST_SPEC_INVALID'));
  assert.deepEqual(specs.list(), []);
});

test('a change that needs no new container leaves the revision and the run', () => {
  const { commands } = setUp();
  const first = commands.apply(specOf('web')).record;
  const label = commands.apply(specOf('web', { labels: { app: 'web' } }));
  assert.equal(label.recreates, false);
  assert.equal(label.record.revision, first.revision);
  assert.equal(label.record.run, first.run);
  assert.equal(label.record.generation, first.generation + 1);
  const image = commands.apply(specOf('web', { labels: { app: 'web' }, image: 'redis' }));
  assert.equal(image.recreates, true);
  assert.equal(image.record.revision, first.revision + 1);
  assert.equal(image.record.run, first.run + 1);
});

test('a rehearsal returns the outcome of an apply, and writes nothing', () => {
  const { commands, specs, addresses, changed } = setUp();
  const first = commands.apply(specOf('web'), { dryRun: true });
  assert.equal(first.change, 'created');
  assert.equal(specs.get('web'), undefined);
  assert.equal(addresses.get(cellOfWorkload('web')), undefined);
  assert.deepEqual(changed, []);
  commands.apply(specOf('web'));
  const { fields } = commands.apply(specOf('web', { image: 'redis' }), { dryRun: true });
  assert.deepEqual(
    fields.map(({ path }) => path),
    ['container.image'],
  );
  assert.equal(specs.get('web')?.spec.image, 'nginx');
});

test('a stop is durable, idempotent, and not undone by an apply', () => {
  const { commands, specs } = setUp();
  commands.apply(specOf('web'));
  assert.equal(commands.stop('web'), true);
  assert.equal(commands.stop('web'), false);
  commands.apply(specOf('web', { image: 'redis' }));
  assert.equal(specs.get('web')?.desired, 'stopped');
  assert.equal(commands.stop('web', 0), true);
  assert.equal(specs.get('web')?.stopGraceMs, 0);
});

test('a start asks for another run where none is under way', () => {
  const { commands, specs, status } = setUp();
  const { record } = commands.apply(specOf('web', { restartPolicy: 'never' }));
  assert.equal(commands.start('web'), false);
  commands.stop('web');
  assert.equal(commands.start('web'), true);
  assert.equal(specs.get('web')?.run, record.run + 1);
  assert.equal(commands.start('web'), false);
  status.current = {
    ...FIRST_STATUS,
    phase: 'stopped',
    reason: 'Completed',
    observedRun: record.run + 1,
  };
  assert.equal(commands.start('web'), true);
});

test('each restart is another run, also of a stopped workload', () => {
  const { commands, specs } = setUp();
  commands.apply(specOf('web'));
  commands.stop('web');
  commands.restart('web');
  commands.restart('web', 2_000);
  const record = specs.get('web');
  assert.deepEqual([record?.desired, record?.run, record?.stopGraceMs], ['running', 3, 2_000]);
});

test('a missing workload, or one being deleted, cannot be stopped, started or restarted', () => {
  const { commands } = setUp();
  assert.throws(() => commands.stop('web'), hasCode('WORKLOAD_NOT_FOUND'));
  commands.apply(specOf('web'));
  commands.delete('web');
  assert.throws(() => commands.start('web'), hasCode('WORKLOAD_BEING_DELETED'));
  assert.throws(() => commands.restart('web'), hasCode('WORKLOAD_BEING_DELETED'));
});

test('a delete by force overtakes one with grace', () => {
  const { commands, specs } = setUp();
  commands.apply(specOf('web'));
  commands.delete('web');
  assert.equal(specs.get('web')?.stopGraceMs, undefined);
  commands.delete('web', true);
  assert.equal(specs.get('web')?.stopGraceMs, 0);
});

test('a delete and a change leave a stop that is under way its own grace', () => {
  const { commands, specs } = setUp();
  commands.apply(specOf('web'));
  commands.stop('web', 0);
  commands.apply(specOf('web', { labels: { app: 'web' } }));
  assert.equal(specs.get('web')?.stopGraceMs, 0);
  commands.delete('web');
  assert.equal(specs.get('web')?.stopGraceMs, 0);
});

test('the grace of a restart goes with that restart alone', () => {
  const { commands, specs, status } = setUp();
  commands.apply(specOf('web'));
  commands.restart('web', 0);
  commands.apply(specOf('web', { labels: { app: 'web' } }));
  assert.equal(specs.get('web')?.stopGraceMs, 0, 'it is under way');
  status.current = { ...FIRST_STATUS, phase: 'running', observedRun: 2 };
  commands.apply(specOf('web', { image: 'redis' }));
  assert.equal(specs.get('web')?.stopGraceMs, undefined);
  assert.equal(specs.get('web')?.run, 3);
});

test('workloads that would wait for each other for ever are refused, one by one or together', () => {
  const { commands, specs } = setUp();
  commands.apply(specOf('c'));
  commands.apply(specOf('b', { dependsOn: ['c'] }));
  commands.apply(specOf('a', { dependsOn: ['b'] }));
  assert.throws(
    () => commands.apply(specOf('c', { dependsOn: ['a'] })),
    hasCode('WORKLOAD_DEPENDENCY_CYCLE'),
  );
  assert.deepEqual(specs.get('c')?.spec.dependsOn, []);
  const cycle = [specOf('x', { dependsOn: ['y'] }), specOf('y', { dependsOn: ['x'] })];
  for (const dryRun of [true, false]) {
    const outcomes = commands.applyAll([...cycle, specOf('z')].map(asDesired), { dryRun });
    assert.deepEqual(outcomes.map(codeOf), [
      'WORKLOAD_DEPENDENCY_CYCLE',
      'WORKLOAD_DEPENDENCY_CYCLE',
      'created',
    ]);
  }
  assert.deepEqual([specs.get('x'), specs.get('z')], [undefined, undefined]);
});

test('an unchanged workload is not judged again, and the others of its apply are applied', () => {
  const { commands, specs, changed } = setUp();
  const web = specOf('web', { dependsOn: ['ghost'] });
  commands.applyAll([web, specOf('ghost')].map(asDesired));
  const ghost = specs.get('ghost');
  assert.ok(ghost);
  specs.remove(ghost);
  changed.length = 0;
  const outcomes = commands.applyAll([web, specOf('other')].map(asDesired));
  assert.deepEqual(outcomes.map(codeOf), ['unchanged', 'created']);
  assert.deepEqual(changed, ['other']);
  const other = { ...web, labels: { tier: 'front' } };
  assert.throws(() => commands.apply(other), hasCode('WORKLOAD_DEPENDENCY_MISSING'));
});

test('two workloads of one apply that mount a volume are both named, and no holder that is not there', () => {
  const { commands, volumes } = setUp();
  volumes.declare({ name: 'data', sizeBytes: 1 });
  const mounts = [{ volumeName: 'data', mountPath: '/data', readOnly: false, copyUp: false }];
  const pair = [specOf('second', { mounts }), specOf('third', { mounts })];
  const outcomes = commands.applyAll(pair.map(asDesired));
  assert.deepEqual(outcomes.map(codeOf), ['VOLUME_WANTED_TWICE', 'VOLUME_WANTED_TWICE']);
  const [second] = outcomes;
  assert.ok(second !== undefined && 'error' in second);
  assert.equal(second.error.message, 'second and third both mount volume data');
  commands.apply(specOf('third', { mounts }));
  assert.deepEqual(commands.applyAll(pair.map(asDesired)).map(codeOf), [
    'VOLUME_IN_USE',
    'unchanged',
  ]);
});

test('dependencies of a workload exist, or are applied with it in any order', () => {
  const { commands, specs, changed } = setUp();
  const missing = specOf('web', { dependsOn: ['ghost'] });
  assert.throws(() => commands.apply(missing), hasCode('WORKLOAD_DEPENDENCY_MISSING'));
  const both = [missing, specOf('ghost')].map(asDesired);
  assert.deepEqual(commands.applyAll(both).map(codeOf), ['created', 'created']);
  assert.deepEqual(changed, ['web', 'ghost']);
  commands.delete('ghost');
  assert.throws(() => commands.restart('web'), hasCode('WORKLOAD_DEPENDENCY_MISSING'));
  assert.equal(specs.get('web')?.run, 1);
});

test('two workloads that are applied together may exchange their ports', () => {
  const { commands } = setUp();
  commands.apply(specOf('a', { ports: [port(1)] }));
  commands.apply(specOf('b', { ports: [port(2)] }));
  const swap = [specOf('a', { ports: [port(2)] }), specOf('b', { ports: [port(1)] })].map(
    asDesired,
  );
  assert.deepEqual(commands.applyAll(swap).map(codeOf), ['configured', 'configured']);
  const clash = [specOf('a', { ports: [port(3)] }), specOf('c', { ports: [port(3)] })].map(
    asDesired,
  );
  assert.deepEqual(commands.applyAll(clash).map(codeOf), [
    'WORKLOAD_PORT_TAKEN',
    'WORKLOAD_PORT_TAKEN',
  ]);
});

test('a port on which a program of the capsule listens is refused, except to its publisher', () => {
  const { commands, listeners } = setUp();
  commands.apply(specOf('web', { ports: [port(80)] }));
  listeners.programs.push({ port: 80, protocol: 'tcp', program: 'nginx', workload: 'proxy' });
  listeners.programs.push({ port: 53, protocol: 'udp', program: 'named' });
  assert.equal(commands.apply(specOf('web', { ports: [port(80)] })).change, 'unchanged');
  assert.throws(
    () => commands.apply(specOf('dns', { ports: [port(53, 'udp')] })),
    hasCode('WORKLOAD_PORT_IN_USE'),
  );
  commands.apply(specOf('dns', { ports: [port(53)] }));
  commands.stop('web');
  commands.apply(specOf('proxy', { networkMode: 'host' }));
  assert.throws(() => commands.start('web'), hasCode('WORKLOAD_PORT_IN_USE'));
});

test('one port on two addresses of the capsule is no clash; on each address, and on a foreign one, it is refused', () => {
  const { commands } = setUp();
  const at = (hostAddress: string) => ({ ports: [{ ...port(80), hostAddress }] });
  commands.apply(specOf('near', at('127.0.0.1')));
  commands.apply(specOf('other', at('127.0.0.2')));
  const taken = (change: Partial<WorkloadSpec>) => () => commands.apply(specOf('web', change));
  assert.throws(taken({ ports: [port(80)] }), hasCode('WORKLOAD_PORT_TAKEN'));
  assert.throws(taken(at('127.0.0.2')), hasCode('WORKLOAD_PORT_TAKEN'));
  assert.throws(taken(at('203.0.113.9')), hasCode('WORKLOAD_PORT_ADDRESS_FOREIGN'));
});

test('a bind of a path that the capsule does not have is refused, unless the start makes it', () => {
  const { commands } = setUp();
  const bind = { source: '/absent/html', target: '/html', readOnly: true };
  const missing = specOf('web', { hostBindPaths: [bind] });
  assert.throws(() => commands.apply(missing), {
    code: 'WORKLOAD_BIND_SOURCE_MISSING',
    message: 'web cannot mount /absent/html: the capsule has no such path',
  });
  commands.apply(specOf('web', { hostBindPaths: [{ ...bind, ensure: true }] }));
});

test('a port of a workload that leaves the network of the capsule is free, to itself and others', () => {
  const { commands, listeners } = setUp();
  listeners.programs.push({ port: 80, protocol: 'tcp', program: 'nginx', workload: 'proxy' });
  commands.apply(specOf('proxy', { networkMode: 'host' }));
  const other = specOf('other', { ports: [port(80)] });
  assert.throws(() => commands.apply(other), hasCode('WORKLOAD_PORT_IN_USE'));
  const moved = specOf('proxy', { ports: [port(80)] });
  assert.equal(commands.apply(moved, { dryRun: true }).change, 'configured');
  commands.stop('proxy');
  assert.equal(commands.apply(other).change, 'created');
});

test('a rollback claims the resources of the earlier spec, and is refused if others have them', () => {
  const { commands, specs, addresses, changed } = setUp();
  const good = commands.apply(specOf('web', { ports: [port(8080)] })).record;
  const failed = commands.apply(specOf('web', { networkMode: 'host' })).record;
  addresses.release(cellOfWorkload('web'));
  commands.apply(specOf('other', { ports: [port(8080)] }));
  changed.length = 0;
  assert.throws(() => commands.rollBack(failed, good.spec), hasCode('WORKLOAD_PORT_TAKEN'));
  assert.deepEqual([specs.get('web'), changed], [failed, []]);
  commands.delete('other');
  assert.ok(commands.rollBack(failed, good.spec));
  assert.ok(addresses.get(cellOfWorkload('web')) !== undefined);
});

test('ports that a workload may be rolled back to are kept for it until it is ready', () => {
  const { commands, goods } = setUp();
  const rolling = { updatePolicy: 'rollback' } as const;
  goods.put(commands.apply(specOf('web', { ...rolling, ports: [port(8080)] })).record);
  const { record } = commands.apply(specOf('web', { ...rolling, ports: [port(8081)] }));
  const other = specOf('other', { ports: [port(8080)] });
  assert.throws(() => commands.apply(other), hasCode('WORKLOAD_PORT_KEPT'));
  goods.put(record);
  commands.apply(other);
});

test('an earlier spec returns only while the failed one is the current one', () => {
  const { commands, specs } = setUp();
  const good = commands.apply(specOf('web')).record;
  const bad = commands.apply(specOf('web', { image: 'broken' })).record;
  const back = commands.rollBack(bad, good.spec);
  assert.equal(back?.spec.image, 'nginx');
  assert.ok((back?.revision ?? 0) > bad.revision);
  assert.equal(commands.rollBack(bad, good.spec), undefined);
  assert.equal(specs.get('web')?.generation, back?.generation);
});

test('a limit that the kernel cannot enforce is refused', () => {
  const { commands } = setUp();
  commands.apply(specOf('web', { resources: { memoryBytes: 2 ** 30 } }));
  assert.throws(
    () => commands.apply(specOf('other', { resources: { pids: 5 } })),
    hasCode('WORKLOAD_LIMIT_UNAVAILABLE'),
  );
});
