import { type ContainerUsage, containerCgroup, type RunningContainer } from '@capsule/core';
import { readTraffic } from '../../cgroup/read-traffic.ts';
import { readUsage } from '../../cgroup/read-usage.ts';

/** Reads the usage from the kernel, which is cheap and works while containerd is away. */
export async function containerUsage(
  cgroupRoot: string,
  of: RunningContainer,
): Promise<ContainerUsage | undefined> {
  const usage = await readUsage(cgroupRoot, containerCgroup(of));
  // Without its cgroup the process is gone, and its number may belong to another one.
  if (Object.keys(usage).length === 0) return undefined;
  return { ...usage, ...(await readTraffic(of.pid)) };
}
