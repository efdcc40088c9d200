/**
 * Returns whether `cgroups`, the text of a process's `/proc/PID/cgroup`, places it in `cgroup` or below.
 * Paths may begin outside of the capsule.
 */
export function isInCgroup(cgroups: string, cgroup: string): boolean {
  return cgroups.split('\n').some((line) => line.endsWith(cgroup) || line.includes(`${cgroup}/`));
}
