import type { ContainerSpec } from '@capsule/core';
import type { OciMount } from './types.ts';

const KERNEL_MOUNTS: readonly OciMount[] = [
  {
    destination: '/proc',
    type: 'proc',
    source: 'proc',
    options: ['nosuid', 'noexec', 'nodev'],
  },
  {
    destination: '/dev',
    type: 'tmpfs',
    source: 'tmpfs',
    options: ['nosuid', 'strictatime', 'mode=755', 'size=65536k'],
  },
  {
    destination: '/dev/pts',
    type: 'devpts',
    source: 'devpts',
    options: ['nosuid', 'noexec', 'newinstance', 'ptmxmode=0666', 'mode=0620', 'gid=5'],
  },
  {
    destination: '/dev/shm',
    type: 'tmpfs',
    source: 'shm',
    options: ['nosuid', 'noexec', 'nodev', 'mode=1777', 'size=65536k'],
  },
  {
    destination: '/dev/mqueue',
    type: 'mqueue',
    source: 'mqueue',
    options: ['nosuid', 'noexec', 'nodev'],
  },
  {
    destination: '/sys',
    type: 'sysfs',
    source: 'sysfs',
    options: ['nosuid', 'noexec', 'nodev', 'ro'],
  },
  {
    destination: '/sys/fs/cgroup',
    type: 'cgroup',
    source: 'cgroup',
    options: ['nosuid', 'noexec', 'nodev', 'relatime', 'ro'],
  },
];

/** The kernel's file systems, then the cell's files. `/run` stays as the image has it. */
export function describeMounts(files: ContainerSpec['files']): OciMount[] {
  return [...KERNEL_MOUNTS, ...files.map(describeFile)];
}

function describeFile(file: { readonly source: string; readonly target: string }): OciMount {
  return {
    destination: file.target,
    type: 'bind',
    source: file.source,
    options: ['bind', 'ro', 'nosuid', 'nodev', 'noexec', 'rprivate'],
  };
}
