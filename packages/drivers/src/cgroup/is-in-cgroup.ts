/** True for the text of `/proc/PID/cgroup` of a process in that cgroup, or below it. Paths may begin outside of the capsule. */
export function isInCgroup(cgroups: string, cgroup: string): boolean {
  return cgroups.split('\n').some((line) => line.endsWith(cgroup) || line.includes(`${cgroup}/`));
}
