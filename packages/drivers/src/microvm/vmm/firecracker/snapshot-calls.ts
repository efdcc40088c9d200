import type { Machine } from '../vmm.ts';
import type { ApiCall } from './firecracker-api.ts';
import { driveId, INTERFACE, JAIL_PATHS, jailSocket } from './machine-config.ts';

/** Returns the calls that stop a template and write it into two files of its jail. Pure. */
export function takeCalls() {
  const [state, memory] = [`${JAIL_PATHS.taken}/state`, `${JAIL_PATHS.taken}/memory`];
  const body = { snapshot_type: 'Full', snapshot_path: state, mem_file_path: memory };
  const steps: readonly ApiCall[] = [
    { method: 'PATCH', path: '/vm', body: { state: 'Paused' } },
    { method: 'PUT', path: '/snapshot/create', body },
  ];
  return { state, memory, steps };
}

/**
 * Returns the calls that make a machine of a snapshot in its jail. Its disks and its link are others than
 * those of the template: each disk is named again, and the guest then reads its size. Pure.
 */
export function resumeCalls(
  { disks, tap }: Pick<Machine, 'disks' | 'tap'>,
  metrics: string,
): readonly ApiCall[] {
  const load = {
    snapshot_path: JAIL_PATHS.state,
    mem_backend: { backend_type: 'File', backend_path: JAIL_PATHS.memory },
    network_overrides: [{ iface_id: INTERFACE, host_dev_name: tap.device }],
    resume_vm: false,
  };
  return [
    { method: 'PUT', path: '/metrics', body: { metrics_path: jailSocket(metrics) } },
    { method: 'PUT', path: '/snapshot/load', body: load },
    ...disks.map((_, index): ApiCall => {
      const body = { drive_id: driveId(index), path_on_host: JAIL_PATHS.disk(index) };
      return { method: 'PATCH', path: `/drives/${driveId(index)}`, body };
    }),
    { method: 'PATCH', path: '/vm', body: { state: 'Resumed' } },
  ];
}
