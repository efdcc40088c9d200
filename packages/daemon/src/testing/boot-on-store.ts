import assert from 'node:assert/strict';
import { cellOfWorkload, refOfWorkload, type Workload } from '@capsule/core';
import type { Database } from '@capsule/engine';
import type { Ports } from '../system/ports.ts';
import { startResources } from '../system/resources.ts';
import { createTestResources } from './create-test-resources.ts';

/** Starts a capsuled on this store, which runs until it is disposed. */
export function bootOnStore(db: Database, outside: Ports) {
  const { resources, base } = createTestResources(db, outside);
  const stack = new AsyncDisposableStack();
  startResources(resources, stack);
  const { commands, controller } = resources.workloads;
  const { specs, addresses } = resources.records;
  const get = (name: string): Workload => {
    const record = specs.get(name);
    assert.ok(record !== undefined, name);
    return controller.describe(record);
  };
  const until = async (name: string, is: (workload: Workload) => boolean) => {
    const changes = base.feed.changes(AbortSignal.timeout(10_000));
    for (let seen = get(name); !is(seen); seen = get(name)) {
      assert.notEqual((await changes.next()).done, true, JSON.stringify(seen.status));
    }
    await changes.return(undefined);
    return get(name);
  };
  const pidOf = async (name: string) => (await outside.runtime.inspect(refOfWorkload(name)))?.pid;
  return {
    commands,
    controller,
    get,
    until,
    pidOf,
    addressOf: (name: string) => addresses.get(cellOfWorkload(name)),
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}
