import type { CellId, ContainerUsage } from '@capsule/core';
import { readTraffic } from '../cgroup/read-traffic.ts';
import { readUsage } from '../cgroup/read-usage.ts';
import { containerCgroup } from '../oci/oci-spec.ts';
import type { RuntimeContext } from './context.ts';

/** Read from the kernel, so that it costs little and also works while containerd is away. */
export async function containerUsage(
  { cgroupRoot }: RuntimeContext,
  { cell, container, pid }: { cell: CellId; container: string; pid: number },
): Promise<ContainerUsage | undefined> {
  const cgroup = containerCgroup({ cell, container, role: 'root' });
  const usage = await readUsage(cgroupRoot, cgroup);
  // Without a cgroup the process is gone, and its number may be somebody else's.
  if (Object.keys(usage).length === 0) return undefined;
  return { ...usage, ...(await readTraffic(pid)) };
}
