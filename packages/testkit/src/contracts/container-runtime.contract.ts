import assert from 'node:assert/strict';
import { suite, type TestContext, test } from 'node:test';
import {
  type ContainerRef,
  type ContainerRuntime,
  type ContainerSpec,
  containerSettings,
  SPEC_DEFAULTS,
} from '@capsule/core';
import { EventLog } from './event-log.ts';

/** A runtime to try, and what to run on it. */
export interface RuntimeBench {
  readonly runtime: ContainerRuntime;
  /** An image that the runtime can run. */
  readonly image: string;
  /** Of the container that is made. No other container uses its cell. */
  readonly ref: ContainerRef;
  readonly logPath: string;
  readonly commands: RuntimeCommands;
  /** Resolves when `commands.run`, which was started, heeds the stop signal. */
  ready(): Promise<void>;
}

/** Commands with a known behaviour in that image. */
export interface RuntimeCommands {
  /** Runs until it gets the stop signal, then ends with 0. */
  readonly run: readonly string[];
  /** Does not heed the stop signal. */
  readonly stubborn: readonly string[];
  readonly missing: readonly string[];
  exit(code: number): readonly string[];
}

/** The contract of every `ContainerRuntime`. `open` returns a fresh bench; it cleans up after the test. */
export function containerRuntimeContract(
  name: string,
  open: (t: TestContext) => Promise<RuntimeBench>,
): void {
  suite(`container runtime contract: ${name}`, { timeout: 360_000 }, () => {
    test('a container is created without a process, and listed', async (t) => {
      const bench = await open(t);
      const { runtime, ref } = bench;
      const made = await runtime.create(specOf(bench));
      assert.equal(made.task, 'none');
      assert.deepEqual(await runtime.inspect(ref), made);
      assert.deepEqual(await runtime.list(), [made]);
    });

    test('creating twice makes one container', async (t) => {
      const bench = await open(t);
      const first = await bench.runtime.create(specOf(bench));
      assert.deepEqual(await bench.runtime.create(specOf(bench)), first);
      assert.equal((await bench.runtime.list()).length, 1);
    });

    test('creating a container for another revision replaces it', async (t) => {
      const bench = await open(t);
      const { runtime, ref } = bench;
      await runtime.create(specOf(bench));
      await runtime.start(ref);
      const second = await runtime.create({ ...specOf(bench), revision: '2' });
      assert.equal(second.revision, '2');
      assert.equal((await runtime.inspect(ref))?.task, 'none');
      assert.equal((await runtime.list()).length, 1);
    });

    test('a missing image is an error, and nothing is left behind', async (t) => {
      const bench = await open(t);
      const spec = { ...specOf(bench), image: 'docker.io/library/none:such' };
      await assert.rejects(bench.runtime.create(spec), { code: 'RUNTIME_IMAGE_MISSING' });
      assert.deepEqual(await bench.runtime.list(), []);
    });

    test('repeated starts run the program once', async (t) => {
      const bench = await open(t);
      const { runtime, ref } = bench;
      await runtime.create(specOf(bench));
      const first = await runtime.start(ref);
      assert.equal(first.task, 'running');
      assert.ok((first.pid ?? 0) > 0);
      assert.deepEqual(await runtime.start(ref), first);
      assert.deepEqual(await runtime.inspect(ref), first);
    });

    test('starting a missing container fails with not found', async (t) => {
      const { runtime, ref } = await open(t);
      const start = runtime.start(ref);
      await assert.rejects(start, { code: 'RUNTIME_CONTAINER_MISSING', kind: 'notFound' });
    });

    test('an ended program leaves its exit code, and an event reports it', async (t) => {
      const bench = await open(t);
      const { runtime, ref, commands } = bench;
      await using log = new EventLog(runtime);
      await runtime.create({ ...specOf(bench), command: commands.exit(3) });
      await runtime.start(ref);
      const event = await log.until('one', 'exited');
      assert.equal(event.exitCode, 3);
      assert.deepEqual(event.ref, ref);
      const seen = await runtime.inspect(ref);
      assert.equal(seen?.task, 'stopped');
      assert.equal(seen?.exitCode, 3);
      assert.ok((seen?.exitedAt ?? 0) > 0);
      assert.equal(seen?.pid, undefined);
    });

    test('the usage of a container is reported while it runs, and only then', async (t) => {
      const bench = await open(t);
      const { runtime, ref } = bench;
      assert.equal(await runtime.usage({ ref, role: 'root', pid: 1 }), undefined);
      await runtime.create(specOf(bench));
      const { pid = 0 } = await runtime.start(ref);
      const usage = await runtime.usage({ ref, role: 'root', pid });
      assert.ok((usage?.pids ?? 1) >= 1 && (usage?.cpuMicros ?? 0) >= 0);
      assert.ok((usage?.memoryBytes ?? 1) > 0, JSON.stringify(usage));
      await runtime.remove(ref);
      assert.equal(await runtime.usage({ ref, role: 'root', pid }), undefined);
    });

    test('limits of a running and of a stopped container can change', async (t) => {
      const bench = await open(t);
      const { runtime, ref } = bench;
      const made = await runtime.create(specOf(bench));
      assert.deepEqual(made.resources, {});
      await runtime.update(ref, { pids: 90 });
      assert.deepEqual((await runtime.inspect(ref))?.resources, { pids: 90 });
      const started = await runtime.start(ref);
      await runtime.update(ref, { pids: 80 });
      await runtime.update(ref, { pids: 80 });
      const seen = await runtime.inspect(ref);
      assert.deepEqual([seen?.resources, seen?.pid], [{ pids: 80 }, started.pid]);
      await runtime.update(ref, {});
      assert.deepEqual((await runtime.inspect(ref))?.resources, {});
      const missing = runtime.update({ ...ref, container: 'two' }, {});
      await assert.rejects(missing, { code: 'RUNTIME_CONTAINER_MISSING' });
    });

    test('an ended container can be started again', async (t) => {
      const bench = await open(t);
      const { runtime, ref } = bench;
      await runtime.create(specOf(bench));
      const first = await runtime.start(ref);
      await bench.ready();
      await runtime.stop(ref, { graceMs: 5000, stopSignal: '' });
      const second = await runtime.start(ref);
      assert.equal(second.task, 'running');
      assert.notEqual(second.pid, first.pid);
    });

    test('a program that is missing in the image cannot start, and the container can be removed', async (t) => {
      const bench = await open(t);
      const { runtime, ref, commands } = bench;
      await runtime.create({ ...specOf(bench), command: commands.missing });
      await assert.rejects(runtime.start(ref), { code: 'RUNTIME_COMMAND_NOT_FOUND' });
      assert.equal((await runtime.inspect(ref))?.task, 'none');
      await runtime.remove(ref);
      assert.equal(await runtime.inspect(ref), undefined);
    });

    test('a stop first sends the stop signal, and the program may handle it', async (t) => {
      const bench = await open(t);
      const { runtime, ref } = bench;
      await runtime.create(specOf(bench));
      await runtime.start(ref);
      await bench.ready();
      await runtime.stop(ref, { graceMs: 10_000, stopSignal: '' });
      const seen = await runtime.inspect(ref);
      assert.equal(seen?.task, 'stopped');
      assert.equal(seen?.exitCode, 0);
    });

    test('a program that ignores the stop signal is killed after the grace period', async (t) => {
      const bench = await open(t);
      const { runtime, ref, commands } = bench;
      await runtime.create({ ...specOf(bench), command: commands.stubborn });
      await runtime.start(ref);
      await runtime.stop(ref, { graceMs: 50, stopSignal: '' });
      assert.equal((await runtime.inspect(ref))?.exitCode, 137);
    });

    test('a paused container does not run, continues after a resume, and can be stopped', async (t) => {
      const bench = await open(t);
      const { runtime, ref } = bench;
      await runtime.pause(ref);
      await runtime.create(specOf(bench));
      await runtime.start(ref);
      await bench.ready();
      await runtime.pause(ref);
      await runtime.pause(ref);
      assert.equal((await runtime.inspect(ref))?.task, 'paused');
      await runtime.resume(ref);
      await runtime.resume(ref);
      assert.equal((await runtime.inspect(ref))?.task, 'running');
      await runtime.pause(ref);
      await runtime.stop(ref, { graceMs: 5000, stopSignal: '' });
      assert.equal((await runtime.inspect(ref))?.task, 'stopped');
    });

    test('stopping a stopped container changes nothing', async (t) => {
      const bench = await open(t);
      const { runtime, ref } = bench;
      await runtime.stop(ref, { graceMs: 1000, stopSignal: '' });
      const made = await runtime.create(specOf(bench));
      await runtime.stop(ref, { graceMs: 1000, stopSignal: '' });
      assert.deepEqual(await runtime.inspect(ref), made);
    });

    test('removing a running container leaves nothing, and removing it again succeeds', async (t) => {
      const bench = await open(t);
      const { runtime, ref } = bench;
      await using log = new EventLog(runtime);
      await runtime.create(specOf(bench));
      await runtime.start(ref);
      await runtime.remove(ref);
      assert.equal(await runtime.inspect(ref), undefined);
      assert.deepEqual(await runtime.list(), []);
      await log.until('one', 'deleted');
      await runtime.remove(ref);
    });

    test('events arrive in the order in which they happened', async (t) => {
      const bench = await open(t);
      const { runtime, ref, commands } = bench;
      await using log = new EventLog(runtime);
      await runtime.create({ ...specOf(bench), command: commands.exit(0) });
      await runtime.start(ref);
      await log.until('one', 'exited');
      await runtime.remove(ref);
      await log.until('one', 'deleted');
      const kinds = log.events.map(({ kind }) => kind).filter((kind) => kind !== 'changed');
      assert.deepEqual(kinds, ['started', 'exited', 'deleted']);
    });

    test('containers with similar names in other cells are different containers', async (t) => {
      const bench = await open(t);
      const { runtime, ref } = bench;
      const { cell } = ref;
      const like = { ...cell, stack: `${cell.stack}-${cell.cell}`, cell: 'x' };
      const other = { ...ref, cell: like };
      await runtime.create(specOf(bench));
      await runtime.create({ ...specOf(bench), ref: other });
      assert.equal((await runtime.list()).length, 2);
      await runtime.remove(other);
      assert.equal((await runtime.list()).length, 1);
      assert.notEqual(await runtime.inspect(ref), undefined);
    });

    test('an aborted call rejects with the reason', async (t) => {
      const { runtime, ref } = await open(t);
      const reason = new Error('enough');
      const signal = AbortSignal.abort(reason);
      await assert.rejects(runtime.list(signal), reason);
      await assert.rejects(runtime.remove(ref, signal), reason);
    });

    test('a working runtime describes itself in its probe', async (t) => {
      const { runtime } = await open(t);
      const probe = await runtime.probe();
      assert.equal(probe.ok, true);
      assert.notEqual(probe.detail, '');
    });
  });
}

/** The container that the suites make. */
export function specOf(bench: RuntimeBench): ContainerSpec {
  return {
    ...containerSettings(SPEC_DEFAULTS),
    ref: bench.ref,
    role: 'root',
    image: bench.image,
    command: bench.commands.run,
    args: [],
    env: {},
    hostname: 'one',
    network: 'host',
    volumes: [],
    files: [],
    logPath: bench.logPath,
    revision: '1',
  };
}
