import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type ContainerSpec, refOfWorkload } from '@capsule/core';
import { chooseVmm, preferredVmm } from './choose-vmm.ts';
import type { Vmm } from './vmm.ts';

const vmm = (kind: Vmm['kind']) =>
  ({ kind, probe: async () => ({ ok: true, detail: kind }) }) as unknown as Vmm;
const VMMS = [vmm('firecracker'), vmm('qemu')];

/** Two mounts of each volume. */
function withVolumes(count: number): ContainerSpec {
  const volumes = Array.from({ length: 2 * count }, (_, index) => ({ name: `v${index % count}` }));
  return { ref: refOfWorkload('vm'), volumes } as unknown as ContainerSpec;
}

test('a machine with more volumes than Firecracker has room for runs on QEMU', async () => {
  assert.equal((await chooseVmm(VMMS, withVolumes(10))).kind, 'firecracker');
  assert.equal((await chooseVmm(VMMS, withVolumes(11))).kind, 'qemu');
});

test('a machine for which no monitor has room is refused', async () => {
  const why = { code: 'MICROVM_NO_VMM', message: /cannot attach 11 volumes/ };
  await assert.rejects(chooseVmm([vmm('firecracker')], withVolumes(11)), why);
});

test('the monitor in use comes with how its machines start', async () => {
  const warm = { ...vmm('firecracker'), snapshots: {} } as unknown as Vmm;
  assert.equal((await preferredVmm([warm, vmm('qemu')])).detail, 'firecracker; starts are warm');
  const { detail } = await preferredVmm([vmm('qemu')]);
  assert.equal(
    detail,
    'qemu; starts are cold, because QEMU cannot save the state of its vsock device',
  );
});
