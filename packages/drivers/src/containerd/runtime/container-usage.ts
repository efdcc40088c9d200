import { type ContainerUsage, containerCgroup, type RunningContainer } from '@capsule/core';
import { readTraffic } from '../../cgroup/read-traffic.ts';
import { readUsage } from '../../cgroup/read-usage.ts';
import type { RuntimeContext } from './context.ts';

/** Read from the kernel, so that it costs little and also works while containerd is away. */
export async function containerUsage(
  { cgroupRoot }: RuntimeContext,
  of: RunningContainer,
): Promise<ContainerUsage | undefined> {
  const usage = await readUsage(cgroupRoot, containerCgroup(of));
  // Without a cgroup the process is gone, and its number may be somebody else's.
  if (Object.keys(usage).length === 0) return undefined;
  return { ...usage, ...(await readTraffic(of.pid)) };
}
