import assert from 'node:assert/strict';
import { test } from 'node:test';
import { completeSpec, isCapsuleError, type PortMapping, type WorkloadSpec } from '@capsule/core';
import { openStore } from '@capsule/engine';
import { Addresses } from '../store/addresses.ts';
import { MIGRATIONS } from '../store/migrations.ts';
import { WorkloadSpecs } from '../store/workload-specs.ts';
import { WorkloadConfig } from './workload-config.ts';

function setUp() {
  const db = openStore(':memory:', MIGRATIONS);
  const specs = new WorkloadSpecs(db);
  const addresses = new Addresses(db, '172.20.254.0/24');
  const changed: string[] = [];
  const onChange = (name: string) => void changed.push(name);
  const config = new WorkloadConfig({ db, specs, addresses, now: () => 5, onChange });
  return { config, specs, addresses, changed };
}

function wish(name: string, change: Partial<WorkloadSpec> = {}): WorkloadSpec {
  return completeSpec({ name, image: 'nginx', ...change });
}

const port = (hostPort: number, protocol: 'tcp' | 'udp' = 'tcp'): PortMapping => ({
  containerPort: 80,
  hostPort,
  protocol,
});
const hasCode = (code: string) => (error: unknown) => isCapsuleError(error) && error.code === code;

test('the same wish twice changes nothing', () => {
  const { config, changed } = setUp();
  assert.equal(config.apply(wish('web')).change, 'created');
  assert.equal(config.apply(wish('web')).change, 'unchanged');
  assert.deepEqual(changed, ['web']);
});

test('another wish is the next generation of the same workload', () => {
  const { config } = setUp();
  const first = config.apply(wish('web')).record;
  const { record, change } = config.apply(wish('web', { image: 'redis' }));
  assert.equal(change, 'configured');
  assert.equal(record.generation, first.generation + 1);
  assert.equal(record.uid, first.uid);
});

test('a port that another workload publishes is refused, and nothing is kept of the wish', () => {
  const { config, specs, addresses } = setUp();
  config.apply(wish('web', { ports: [port(8080)] }));
  assert.throws(
    () => config.apply(wish('other', { ports: [port(8080)] })),
    hasCode('WORKLOAD_PORT_TAKEN'),
  );
  assert.equal(specs.get('other'), undefined);
  assert.equal(addresses.get('other'), undefined);
  config.apply(wish('other', { ports: [port(8080, 'udp')] }));
});

test('a port is free again as soon as its workload is to go', () => {
  const { config } = setUp();
  config.apply(wish('web', { ports: [port(8080)] }));
  config.delete('web');
  assert.equal(config.apply(wish('other', { ports: [port(8080)] })).change, 'created');
});

test('a workload that is applied while it is being deleted is a new one', () => {
  const { config } = setUp();
  const { record: old } = config.apply(wish('web'));
  assert.equal(config.delete('web'), true);
  const { record, change } = config.apply(wish('web'));
  assert.equal(change, 'created');
  assert.notEqual(record.uid, old.uid);
  assert.equal(record.desired, 'running');
});

test('a record whose wish changed is not forgotten', () => {
  const { config, specs } = setUp();
  config.apply(wish('web'));
  config.delete('web');
  const going = specs.get('web');
  assert.ok(going);
  config.apply(wish('web'));
  assert.equal(specs.remove(going), false);
});

test('deleting a missing name says so', () => {
  assert.equal(setUp().config.delete('nothing'), false);
});

test('a wish that breaks a rule is refused before anything is written', () => {
  const { config, specs } = setUp();
  assert.throws(() => config.apply(wish('No Name')), hasCode('MANIFEST_SPEC_INVALID'));
  assert.deepEqual(specs.list(), []);
});
