import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { test } from 'node:test';
import { endStrayShims, isShimOf } from './end-stray-shims.ts';

const OWNER = { namespace: 'kukeon-main', containerId: 'a_b', socketPath: '/run/c.sock' };
const SHIM =
  '/usr/bin/containerd-shim-runc-v2\0-namespace\0kukeon-main\0-id\0a_b\0-address\0/run/c.sock\0';

test('a shim is recognised by namespace, container and containerd', () => {
  assert.ok(isShimOf(SHIM, OWNER));
  assert.ok(!isShimOf(SHIM, { ...OWNER, namespace: 'kukeon-other' }));
  assert.ok(!isShimOf(SHIM, { ...OWNER, containerId: 'a' }));
  assert.ok(!isShimOf(SHIM, { ...OWNER, socketPath: '/run/other.sock' }));
});

test('a program that only names a shim is not recognised as one', () => {
  assert.ok(!isShimOf(`/bin/echo\0${SHIM}`, OWNER));
  assert.ok(!isShimOf('', OWNER));
});

test('a shim that KILL does not end is reported', async () => {
  const child = spawn('sleep', ['600'], { stdio: 'ignore' });
  const ended = once(child, 'exit');
  const patience = { itself: 0, SIGTERM: 0, SIGKILL: 0 };
  // The kernel holds this one for ever.
  const find = async () => [child.pid ?? 0];
  await assert.rejects(endStrayShims(OWNER, find, patience), { code: 'RUNTIME_SHIM_LEFT' });
  await ended;
  await endStrayShims(OWNER, async () => [], patience);
});
