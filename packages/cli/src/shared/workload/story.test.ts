import assert from 'node:assert/strict';
import { test } from 'node:test';
import { create } from '@bufbuild/protobuf';
import { EventSchema, EventSeverity } from '@capsule/api/wire';
import { MICRO_VM_DEFAULTS } from '@capsule/core';
import { CAPSULECTL } from '../../capsulectl/program.ts';
import { CREATED_AT, sampleWorkload } from '../../testing/sample-workload.ts';
import { workloadStory } from './story.ts';

const NOW = CREATED_AT + 3_600_000;
const HOW = { now: NOW, program: CAPSULECTL };
const story = (...args: Parameters<typeof sampleWorkload>) =>
  workloadStory(sampleWorkload(...args), [], HOW).join('\n');

test('a workload that runs well is described in two sentences', () => {
  assert.match(story(), /web is a container of nginx:1\.27-alpine .*8080->80\/tcp/);
  assert.match(story(), /has been running for 59m/);
});

test('a microVM is described as such, also one of a prebuilt pair', () => {
  const vm = { kind: 'microVm', microVm: MICRO_VM_DEFAULTS } as const;
  assert.match(story({ spec: vm }), /web is a microVM of nginx:1\.27-alpine /);
  const pair = { ...vm.microVm, kernelPath: '/vm/vmlinux', rootfsPath: '/vm/root.img' };
  assert.match(story({ spec: { ...vm, image: '', microVm: pair } }), /microVM of \/vm\/root\.img /);
  const short = { phase: 'failed', message: 'x', oomKilled: true } as const;
  assert.match(story({ spec: vm, status: short }), /memoryMib/);
});

test('a crash loop names the cause, the next try and what to look at', () => {
  const text = story({
    status: {
      phase: 'failed',
      reason: 'BackOff',
      message: 'ended with exit code 3; will be restarted',
      exitCode: 3,
      restartCount: 4,
      finishedAt: NOW - 2_000,
      nextRetryAt: NOW + 8_000,
    },
  });
  assert.match(text, /exit code 3, 2s ago; will be restarted\. The next try is in 8s/);
  assert.match(text, /has restarted 4 times/);
  assert.match(text, /workload logs web/);
});

test('want of memory, a missing image, a wait and a roll-back each have their words', () => {
  const failed = { phase: 'failed', message: 'x' } as const;
  assert.match(story({ status: { ...failed, oomKilled: true } }), /resources\.memory/);
  assert.match(story({ status: { settling: true } }), /ready after it has run for 1 s\./);
  const hint = { text: 'check the name and the tag', actions: [] };
  const missing = { ...failed, reason: 'IMAGE_NOT_FOUND', hint };
  assert.match(story({ status: missing }), /^Check the name and the tag\.$/m);
  const waiting = { phase: 'pending', reason: 'WaitingForDependency', message: 'waits' } as const;
  assert.match(story({ status: waiting }), /not running yet: waits/);
  const back = { rolledBack: { from: 4, why: 'connection refused' } };
  assert.match(
    story({ status: back }),
    /Generation 4 was not ready in time \(connection refused\)/,
  );
});

test('the last warning is described, also when the workload is ready again', () => {
  const event = create(EventSchema, {
    atUnixMs: BigInt(NOW - 60_000),
    severity: EventSeverity.WARNING,
    message: 'ended by signal SIGSEGV',
  });
  assert.match(
    workloadStory(sampleWorkload(), [event], HOW).join(' '),
    /60s ago: ended by signal SIGSEGV/,
  );
  const pause = { ...event, reason: 'BackOff', message: 'restart 1 follows after a back-off' };
  assert.match(
    workloadStory(sampleWorkload(), [event, pause], HOW).join(' '),
    /60s ago: ended by signal SIGSEGV/,
  );
});
