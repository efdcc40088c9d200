import assert from 'node:assert/strict';
import { test } from 'node:test';
import { refOfWorkload } from '@capsule/core';
import { containerRuntimeContract } from '../contracts/container-runtime.contract.ts';
import { EventLog } from '../contracts/event-log.ts';
import { execContract } from '../contracts/exec.contract.ts';
import { FakeContainerRuntime } from './fake-container-runtime.ts';
import { FakeImageStore } from './fake-image-store.ts';
import { FAKE_PROGRAMS } from './fake-program.ts';

const IMAGE = 'docker.io/library/busybox:1';

function openFake() {
  const images = new FakeImageStore();
  images.add(IMAGE);
  return new FakeContainerRuntime(images);
}

const openBench = async () => ({
  runtime: openFake(),
  image: IMAGE,
  ref: refOfWorkload('one'),
  logPath: '/none',
  ready: async () => undefined,
  commands: {
    run: ['run'],
    stubborn: [FAKE_PROGRAMS.stubborn],
    missing: [FAKE_PROGRAMS.missing],
    exit: (code: number) => [FAKE_PROGRAMS.exit, String(code)],
  },
});

containerRuntimeContract('fake', openBench);
execContract('fake', openBench);

test('a crash of the fake runtime ends its event streams, but not its containers', async () => {
  const runtime = openFake();
  const log = new EventLog(runtime);
  runtime.crash();
  await log[Symbol.asyncDispose]();
  await assert.rejects(runtime.list(), { kind: 'unavailable' });
  runtime.recover();
  assert.deepEqual(await runtime.list(), []);
});
