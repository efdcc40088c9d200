import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import {
  cellKey,
  cellOfWorkload,
  completeSpec,
  type DesiredState,
  splitWorkload,
  type WorkloadSpec,
} from '@capsule/core';
import { Feed, openStore } from '@capsule/engine';
import { FakeNameResponder } from '@capsule/testkit';
import { Addresses } from '../store/addresses.ts';
import { Cells } from '../store/cells.ts';
import { MIGRATIONS } from '../store/migrations.ts';
import { WorkloadSpecs } from '../store/workload-specs.ts';
import { NamePublisher } from './publish-names.ts';

class Bench {
  readonly #db = openStore(':memory:', MIGRATIONS);
  readonly specs = new WorkloadSpecs(this.#db);
  readonly cells = new Cells(this.#db);
  readonly addresses = new Addresses(this.#db, () => '172.20.254.0/24');
  readonly names = new FakeNameResponder();
  readonly feed = new Feed(this.#db);
  readonly publisher = new NamePublisher(this);

  add(name: string, change: Partial<WorkloadSpec> = {}, desired: DesiredState = 'running'): void {
    this.specs.insert(completeSpec({ name, image: 'nginx', ...change }), desired, 0);
    if (change.networkMode !== 'host') this.addresses.claim(cellOfWorkload(name));
    this.feed.notify(cellKey(cellOfWorkload(name)));
  }

  desire(name: string, desired: DesiredState): void {
    const record = this.specs.get(name);
    assert.ok(record !== undefined);
    this.specs.update(record.spec, { desired });
    this.feed.notify(cellKey(cellOfWorkload(name)));
  }
}

suite('publishing names', () => {
  test('existing names are published at the start, and then every change', () => {
    const bench = new Bench();
    bench.add('web');
    assert.equal(bench.names.lookup('web'), 'unknown');
    bench.publisher.start();
    assert.equal(bench.names.lookup('web'), '172.20.254.2');
    bench.add('db');
    assert.equal(bench.names.lookup('db'), '172.20.254.3');
  });

  test('a stopped workload keeps its name, a deleted one does not', () => {
    const bench = new Bench();
    bench.publisher.start();
    bench.add('web');
    bench.desire('web', 'stopped');
    assert.equal(bench.names.lookup('web'), 'no address');
    bench.desire('web', 'running');
    assert.equal(bench.names.lookup('web'), '172.20.254.2');
    bench.desire('web', 'deleting');
    assert.equal(bench.names.lookup('web'), 'no such name');
  });

  test("a workload in the capsule's network is where the capsule is", () => {
    const bench = new Bench();
    bench.publisher.start();
    bench.add('proxy', { networkMode: 'host' });
    assert.equal(bench.names.lookup('proxy'), '172.20.254.1');
  });

  test('aliases of all containers of a cell are its names, and follow their specs', () => {
    const bench = new Bench();
    bench.publisher.start();
    bench.add('web', { aliases: ['backend'] });
    const cell = cellOfWorkload('web');
    const { container } = splitWorkload(completeSpec({ name: 'side', image: 'nginx' }));
    const side = { cell, container: 'side' };
    const once = { isNewRevision: false, isNewRun: false, stopGraceMs: undefined };
    bench.cells.insertContainer(side, 'sibling', { ...container, aliases: ['api', 'backend'] });
    bench.feed.notify(cellKey(cell));
    assert.deepEqual(bench.names.names?.[0]?.aliases, ['backend', 'api']);
    assert.equal(bench.names.lookup('api'), '172.20.254.2');
    bench.cells.updateContainer(side, container, once);
    bench.feed.notify(cellKey(cell));
    assert.equal(bench.names.lookup('api'), 'no such name');
    assert.equal(bench.names.lookup('backend'), '172.20.254.2');
  });

  test('changes that affect no name are not published, and nothing is after the end', () => {
    const bench = new Bench();
    bench.publisher.start();
    bench.add('web');
    const published = bench.names.names;
    bench.feed.notify(cellKey(cellOfWorkload('web')));
    bench.feed.notify(cellKey(cellOfWorkload('nobody')));
    bench.feed.notify('volume/web');
    assert.equal(bench.names.names, published);
    bench.publisher[Symbol.dispose]();
    bench.desire('web', 'deleting');
    assert.equal(bench.names.names, published);
  });
});
