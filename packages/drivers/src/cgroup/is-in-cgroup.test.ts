import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isInCgroup } from './is-in-cgroup.ts';

test('a cgroup contains its processes and those of cgroups below it, whatever precedes its path', () => {
  const one = '/kukeon/main/default/default/web/web_root';
  assert.ok(isInCgroup(`12:pids:/capsule/x${one}\n1:name=systemd:/\n`, one));
  assert.ok(isInCgroup(`0::${one}/inner\n`, one));
  assert.ok(!isInCgroup(`0::${one}2\n`, one));
  assert.ok(!isInCgroup('0::/\n', one));
});
