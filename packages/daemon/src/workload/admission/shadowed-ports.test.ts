import assert from 'node:assert/strict';
import { test } from 'node:test';
import { completeSpec, type DesiredState, refOfWorkload, type WorkloadRecord } from '@capsule/core';
import { FakePortListeners } from '@capsule/testkit';
import { shadowedPorts } from './shadowed-ports.ts';

function publishing(name: string, hostPort: number, desired: DesiredState): WorkloadRecord {
  const ports = [{ hostPort, containerPort: 80, protocol: 'tcp' as const }];
  const at = {
    ref: refOfWorkload(name),
    role: 'root' as const,
    uid: 'u',
    generation: 1,
    revision: 1,
    run: 1,
    createdAt: 0,
  };
  return { ...at, desired, spec: completeSpec({ name, image: 'nginx', ports }) };
}

test('a program whose port leads to a workload is reported with both', () => {
  const listeners = new FakePortListeners();
  listeners.programs.push({ port: 80, protocol: 'tcp', program: 'nginx', workload: 'proxy' });
  listeners.programs.push({ port: 81, protocol: 'tcp', program: 'sshd' });
  const records = [publishing('web', 80, 'running'), publishing('idle', 81, 'stopped')];
  const [problem, ...more] = shadowedPorts(records, listeners);
  assert.deepEqual([problem?.code, more], ['WORKLOAD_PORT_SHADOWED', []]);
  assert.match(problem?.message ?? '', /80\/tcp of web hides the port of nginx of proxy/);
});
