import { type ContainerSpec, FIRECRACKER_VOLUMES_MOST, type MachineMonitors } from '@capsule/core';
import { microVmError } from '../errors.ts';
import type { Vmm } from './vmm.ts';

/**
 * Returns the first monitor that can run this machine here, or the one that the manifest names. Fails with
 * `MICROVM_NO_VMM`.
 */
export async function chooseVmm(
  vmms: readonly Vmm[],
  { ref: { container }, microVm, volumes }: ContainerSpec,
): Promise<Vmm> {
  const backend = microVm?.backend ?? 'auto';
  const details: string[] = [];
  for (const vmm of vmms.filter(({ kind }) => backend === 'auto' || kind === backend)) {
    const { ok, detail } = await vmm.probe();
    const disks = new Set(volumes.map(({ name }) => name)).size;
    const isTooMuch = vmm.kind === 'firecracker' && disks > FIRECRACKER_VOLUMES_MOST;
    if (ok && !isTooMuch) return vmm;
    details.push(isTooMuch ? `Firecracker cannot attach ${disks} volumes` : detail);
  }
  throw microVmError.NO_VMM({ container, detail: details.join('; ') });
}

/** Returns the monitor of machines whose manifest names none, and why the others cannot be used. */
export async function preferredVmm(vmms: readonly Vmm[]): ReturnType<MachineMonitors['monitor']> {
  const states = await Promise.all(
    vmms.map(async (vmm) => ({ kind: vmm.kind, ...(await vmm.probe()) })),
  );
  const usable = states.find(({ ok }) => ok);
  const others = states.filter(({ ok }) => !ok).map(({ detail }) => detail);
  const starts = usable && describeStarts(vmms.find(({ kind }) => kind === usable.kind));
  const detail = [usable?.detail, starts, ...others]
    .filter((text) => text !== undefined)
    .join('; ');
  return { ...(usable && { kind: usable.kind }), detail };
}

/** Returns whether machines start from snapshots, and why not. */
function describeStarts(vmm: Vmm | undefined): string {
  if (vmm?.snapshots !== undefined) return 'starts are warm';
  return 'starts are cold, because QEMU cannot save the state of its vsock device';
}
